// untouched.js -- the Worker that all others are measured by: the runtime does all the work.

export default {
  async fetch(request, { UPSTREAM, MODELS }) {
    const { method, headers, body, url } = request;
    if (method === 'GET') {
      return new Response(MODELS, { headers: { 'content-type': 'application/json' } });
    }
    const upstream = await fetch(UPSTREAM + new URL(url).pathname, { method, headers, body });
    return new Response(upstream.body, upstream);
  },
};
