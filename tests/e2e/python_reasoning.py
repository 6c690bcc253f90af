"""python_reasoning.py -- a conversation with a model that reasons, by Python's openai package.

Prints as JSON what the replies told of it: {ROUTE: [{"lossy", "removed"}, ...]}.
"""
import json
import os

from openai import OpenAI

QUESTIONS = json.loads(os.environ["QUESTIONS"])
TOOL = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
    "strict": False,
}


def converse(route, chained):
    responses = OpenAI(max_retries=0).responses
    history = []
    told = []
    last = None

    def ask(item):
        nonlocal last
        history.append(item)
        more = {"input": history, "store": False, "include": ["reasoning.encrypted_content"]}
        if chained:
            more = {"input": [item]}
            if last:
                more["previous_response_id"] = last.id
        raw = responses.with_raw_response.create(
            model=route, tools=[TOOL], reasoning={"effort": "low"}, **more
        )
        last = raw.parse()
        removed = last.to_dict().get("input_transformations", [])
        told.append({"lossy": raw.headers.get("x-gateway-lossy"), "removed": removed})
        history.extend(last.output)

    for question in QUESTIONS:
        ask({"role": "user", "content": question})
        [call] = [item for item in last.output if item.type == "function_call"]
        city = json.loads(call.arguments)["city"]
        output = f"21 °C in {city}"
        ask({"type": "function_call_output", "call_id": call.call_id, "output": output})
    return told


if __name__ == "__main__":
    routes = {"Python chain": True, "Python history": False}
    print(json.dumps({route: converse(route, chained) for route, chained in routes.items()}))
