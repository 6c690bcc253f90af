"""background_client.py -- background responses, asked with Python's openai package.

The environment says where the gateway is (OPENAI_BASE_URL, OPENAI_API_KEY) and which routes to
ask: ROUTE, which is slow, and HELD, which never ends.
"""
import os
import time
import unittest

from openai import OpenAI

ROUTE = os.environ["ROUTE"]
HELD = os.environ["HELD"]
UNDER_WAY = ("queued", "in_progress")


class Background(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.responses = OpenAI(max_retries=0).responses

    def begin(self, model, **more):
        return self.responses.create(model=model, input="Hello", background=True, **more)

    def test_poll(self):
        response = self.begin(ROUTE)
        self.assertEqual(response.status, "queued")
        while response.status in UNDER_WAY:
            time.sleep(0.05)
            response = self.responses.retrieve(response.id)
        self.assertEqual(response.status, "completed")
        self.assertRegex(response.output_text, r"^You said: Hello\.")

    def test_resume(self):
        said = ""
        for event in self.begin(ROUTE, stream=True):
            cursor = event.sequence_number
            if event.type == "response.created":
                name = event.response.id
            if event.type == "response.output_text.delta":
                said += event.delta
                break
        for event in self.responses.retrieve(name, stream=True, starting_after=cursor):
            cursor += 1
            self.assertEqual(event.sequence_number, cursor)
            if event.type == "response.output_text.delta":
                said += event.delta
        self.assertEqual(event.type, "response.completed")
        self.assertEqual(event.response.output_text, said)

    def test_cancel(self):
        response = self.begin(HELD)
        cancelled = self.responses.cancel(response.id)
        self.assertEqual(cancelled.status, "cancelled")
        self.assertEqual(self.responses.retrieve(response.id).status, "cancelled")


if __name__ == "__main__":
    unittest.main()
