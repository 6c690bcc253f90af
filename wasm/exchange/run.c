#include "exchange/run.h"

#include "exchange/local_reply.h"
#include "exchange/plans.h"
#include "exchange/recall.h"
#include "exchange/run_end.h"
#include "limits.h"
#include "text/sse.h"

/* ---- reading what was handed over ---- */

bool exchange_read_run(struct str line, struct run_line *out) {
  struct str *words[] = {&out->kind,   &out->tree,   &out->node,  &out->request,
                         &out->opened, &out->client, &out->origin};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (!str_cut(&line, ' ', words[i]))
      return false;
  }
  out->response = line;
  return true;
}

static const struct client *find_client(const struct config *config, struct str name) {
  if (str_equal(config->owner.name, name))
    return &config->owner;
  for (uint32_t i = 0; i < config->client_count; i++) {
    if (str_equal(config->clients[i].name, name))
      return &config->clients[i];
  }
  return NULL;
}

static bool read_begun(struct exchange *x, struct str response) {
  struct json json;
  size_t where;
  struct begun *begun = &x->run.begun;
  if (json_parse_lenient(&json, &x->arena, response, &where) < 0)
    return false;
  struct json_value root = json_root(&json);
  json_integer(json_find(root, STR("created_at")), &begun->created);
  return json_string(json_find(root, STR("id")), &x->arena, &begun->id);
}

static bool read_run(struct exchange *x, struct str text) {
  struct run *run = &x->run;
  struct run_line line;
  struct str first, tries;
  int64_t tried = 0, opened = 0;
  if (!str_cut(&text, ' ', &first) || !str_cut(&text, ' ', &tries) ||
      !exchange_read_run(text, &line) || !str_integer(first, &run->begun.sequence) ||
      !str_integer(tries, &tried) || !str_integer(line.opened, &opened) ||
      !mint_unhex(line.tree, &run->tree) || !mint_unhex(line.node, &run->node))
    return false;
  run->interrupted = run->begun.sequence > 0 || tried >= RUN_TRIES_MAX;
  run->streamed = !str_equal(line.kind, STR("b"));
  run->begun.background = !str_equal(line.kind, STR("r"));
  run->response = line.response;
  x->opened = (double)opened;
  x->facts.request_id = line.request;
  x->facts.origin = str_equal(line.origin, STR("-")) ? STR_NONE : line.origin;
  x->intake.client = find_client(x->config, line.client);
  x->intake.head = (struct head){.method = STR("POST"), .path = STR("/v1/responses")};
  return x->intake.client != NULL && read_begun(x, line.response);
}

void exchange_take_run(struct exchange *x, struct str text) {
  struct str kept = arena_copy(&x->arena, text);
  x->run.on = true;
  x->intake.endpoint.kind = ENDPOINT_RESPONSES;
  x->place = PLACE_BODY;
  if (!read_run(x, kept))
    exchange_reply_error(x, kept.p == NULL ? ERR_MEMORY : ERR_STALE);
}

void exchange_open_run(struct exchange *x) {
  struct ask *ask = &x->intake.ask;
  ask->begun = &x->run.begun;
  ask->stream = true;
  x->memory.mint->tree = x->run.tree;
  x->memory.mint->node = x->run.node;
  x->memory.events = x->run.streamed;
  x->place = PLACE_RUN;
}

/* ---- the beginning ---- */

/* The response that the client saw first is also in the first event, response.created. */
static void plan_created(struct exchange *x) {
  static const struct str created = STR_INIT("response.created");
  sse_put_open(&x->body, created);
  json_put_open(&x->body, '{');
  json_put_member_string(&x->body, STR("type"), created);
  json_put_member_integer(&x->body, STR("sequence_number"), x->run.begun.sequence++);
  json_put_member_raw(&x->body, STR("response"), x->run.response);
  json_put_close(&x->body, '}');
  sse_put_close(&x->body);
  exchange_plan_new(x, OP_EMIT)->body[0] = buf_str(&x->body);
}

bool exchange_begin_run(struct exchange *x) {
  struct run *run = &x->run;
  bool told = run->begun.background || run->interrupted;
  if (told && !x->started) {
    reply_put_head(&x->head, &x->facts, STR("text/event-stream"));
    x->status = 200;
    exchange_plan_start(x);
    return false;
  }
  if (run->begun.background && run->begun.sequence == 0) {
    plan_created(x);
    return false;
  }
  if (run->cancelled) {
    exchange_end_run(x, NULL);
  } else if (run->interrupted) {
    exchange_reply_error(x, ERR_INTERRUPTED);
  } else {
    exchange_go_on(x);
  }
  return true;
}
