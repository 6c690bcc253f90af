"""background_client.py -- background responses, asked with Python's openai package.

The environment says where the gateway is (OPENAI_BASE_URL, OPENAI_API_KEY) and which routes to
ask: ROUTES, which are slow or fail over, and HELD, which never ends.
"""
import os
import time
import unittest

from openai import NotFoundError, OpenAI

ROUTES = os.environ["ROUTES"].split(",")
HELD = os.environ["HELD"]
UNDER_WAY = ("queued", "in_progress")


class Background(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.responses = OpenAI(max_retries=0).responses

    def begin(self, model, **more):
        return self.responses.create(model=model, input="Hello", background=True, **more)

    def test_poll(self):
        for route in ROUTES:
            with self.subTest(route):
                response = self.begin(route)
                self.assertEqual(response.status, "queued")
                while response.status in UNDER_WAY:
                    time.sleep(0.05)
                    response = self.responses.retrieve(response.id)
                self.assertEqual(response.status, "completed")
                self.assertRegex(response.output_text, r"^You said: Hello\.")

    def test_resume(self):
        for route in ROUTES:
            with self.subTest(route):
                self.check_resumed(route)

    def check_resumed(self, route):
        said = ""
        for event in self.begin(route, stream=True):
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
        self.responses.delete(response.id)
        with self.assertRaises(NotFoundError):
            self.responses.retrieve(response.id)


if __name__ == "__main__":
    unittest.main()
