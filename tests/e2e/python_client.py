"""python_client.py -- the Responses API, asked with Python's openai package.

The environment says where the gateway is (OPENAI_BASE_URL, OPENAI_API_KEY) and which route to ask
(ROUTE); its upstreams are the fakes of scripts/fake-upstreams.
"""
import json
import os
import unittest

from openai import BadRequestError, NotFoundError, OpenAI
from pydantic import BaseModel

ROUTE = os.environ["ROUTE"]
ANSWER = r"^You said: Hello 世界\. This answer .*🎉"
WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
    "strict": True,
}


class Place(BaseModel):
    city: str
    days: int
    tags: list[str]


class Responses(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.responses = OpenAI(max_retries=0).responses

    def test_create(self):
        response = self.responses.create(model=ROUTE, instructions="Be brief.", input="Hello 世界")
        self.assertRegex(response.output_text, ANSWER)
        self.assertEqual(response.status, "completed")
        self.assertGreater(response.usage.output_tokens, 0)

    def test_stream_of_events(self):
        events = list(self.responses.create(model=ROUTE, input="Hello 世界", stream=True))
        deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
        self.assertGreater(len(deltas), 10)
        self.assertRegex("".join(deltas), ANSWER)
        self.assertEqual(events[-1].type, "response.completed")
        self.assertEqual(events[-1].response.output_text, "".join(deltas))

    def test_stream_helper(self):
        with self.responses.stream(model=ROUTE, input="Hello 世界") as stream:
            deltas = [event.delta for event in stream if event.type == "response.output_text.delta"]
            final = stream.get_final_response()
        self.assertEqual(final.output_text, "".join(deltas))
        self.assertRegex(final.output_text, ANSWER)

    def test_parse(self):
        response = self.responses.parse(model=ROUTE, input="Vienna", text_format=Place)
        self.assertEqual(response.output_parsed, Place(city="Vienna", days=7, tags=["Vienna"]))

    def test_parse_of_a_stream(self):
        with self.responses.stream(model=ROUTE, input="Vienna", text_format=Place) as stream:
            final = stream.get_final_response()
        self.assertEqual(final.output_parsed, Place(city="Vienna", days=7, tags=["Vienna"]))

    def test_tool_loop(self):
        history = [{"role": "user", "content": "The weather in Berlin?"}]
        first = self.responses.create(model=ROUTE, input=history, tools=[WEATHER], store=False)
        [call] = [item for item in first.output if item.type == "function_call"]
        self.assertEqual(call.name, "get_weather")
        self.assertEqual(json.loads(call.arguments), {"city": "Berlin"})
        history += first.output
        history.append(
            {"type": "function_call_output", "call_id": call.call_id, "output": "21 °C"}
        )
        second = self.responses.create(model=ROUTE, input=history, tools=[WEATHER], store=False)
        self.assertRegex(second.output_text, r"^The tool answered: 21 °C\.")

    def test_stored(self):
        one = self.responses.create(model=ROUTE, input="Hello 世界")
        two = self.responses.create(model=ROUTE, input="Again", previous_response_id=one.id)
        self.assertEqual(two.previous_response_id, one.id)
        self.assertEqual(self.responses.retrieve(one.id).output_text, one.output_text)
        [item] = self.responses.input_items.list(one.id).data
        self.assertEqual(item.content[0].text, "Hello 世界")
        with self.assertRaises(BadRequestError) as refused:
            self.responses.cancel(one.id)
        self.assertIn("Cannot cancel a synchronous response.", str(refused.exception))
        self.responses.delete(one.id)
        with self.assertRaises(NotFoundError):
            self.responses.retrieve(one.id)
        count = self.responses.input_tokens.count(model=ROUTE, input="Hello 世界")
        self.assertGreater(count.input_tokens, 0)

    def test_conversation(self):
        conversations = OpenAI(max_retries=0).conversations
        made = conversations.create(
            metadata={"topic": "tea"}, items=[{"role": "user", "content": "One"}]
        )
        self.responses.create(model=ROUTE, input="Two", conversation=made.id)
        items = list(conversations.items.list(made.id, order="asc", limit=1))
        texts = [item.content[0].text for item in items if item.type == "message"]
        self.assertEqual(texts[:2], ["One", "Two"])
        conversations.items.delete(items[0].id, conversation_id=made.id)
        self.assertEqual(conversations.retrieve(made.id).metadata, {"topic": "tea"})
        self.assertTrue(conversations.delete(made.id).deleted)
        with self.assertRaises(NotFoundError):
            conversations.retrieve(made.id)

    def test_compact(self):
        window = self.responses.compact(model="glm", input="Hello 世界")
        self.assertEqual([item.type for item in window.output], ["message", "compaction"])
        response = self.responses.create(
            model=ROUTE,
            input=[*window.output, {"role": "user", "content": "Go on."}],
        )
        self.assertRegex(response.output_text, r"^You said: Go on\.")


if __name__ == "__main__":
    unittest.main()
