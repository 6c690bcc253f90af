// receiving.js -- reads all of a request, and then sends it on: what nobody who must look into a
// request can do without.

export default {
  async fetch(request, { UPSTREAM }) {
    const { method, headers, url } = request;
    const body = await request.arrayBuffer();
    const upstream = await fetch(UPSTREAM + new URL(url).pathname, { method, headers, body });
    return new Response(upstream.body, upstream);
  },
};
