"""python_frameworks.py -- conversations as Python's agent frameworks hold them.

The environment is that of python_client.py.  What is not installed is skipped.
"""
import importlib.util
import os
import unittest

from openai import AsyncOpenAI, OpenAI

ROUTE = os.environ["ROUTE"]


def needs(package):
    found = importlib.util.find_spec(package) is not None
    return unittest.skipUnless(found, f"{package} is not installed")


def users_of(conversation):
    items = OpenAI().conversations.items.list(conversation, order="asc")
    return [item.content[0].text for item in items if getattr(item, "role", "") == "user"]


@needs("agents")
class OpenAIAgents(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        from agents import Agent, function_tool, set_tracing_disabled
        from agents.models.openai_responses import OpenAIResponsesModel

        set_tracing_disabled(True)
        self.calls = []

        @function_tool
        def get_weather(city: str) -> str:
            """The weather"""
            self.calls.append(city)
            return "21 °C"

        model = OpenAIResponsesModel(model=ROUTE, openai_client=AsyncOpenAI(max_retries=0))
        self.agent = Agent(name="Weather", model=model, tools=[get_weather])

    async def test_previous_response(self):
        from agents import Runner

        one = await Runner.run(self.agent, "The weather in Berlin?")
        self.assertEqual(self.calls, ["Berlin"])
        self.assertRegex(one.final_output, r"^The tool answered: 21 °C\.")
        two = await Runner.run(self.agent, "Thanks", previous_response_id=one.last_response_id)
        self.assertRegex(two.final_output, r"^You said: Thanks\.")

    async def test_conversations_session(self):
        from agents import Runner
        from agents.memory import OpenAIConversationsSession

        session = OpenAIConversationsSession(openai_client=AsyncOpenAI(max_retries=0))
        for question in ["The weather in Berlin?", "Thanks"]:
            await Runner.run(self.agent, question, session=session)
        items = await session.get_items()
        roles = [item.get("role") for item in items if item.get("type", "message") == "message"]
        self.assertEqual(roles.count("user"), 2)
        self.assertEqual((await session.pop_item())["role"], "assistant")
        await session.clear_session()

    async def test_conversation(self):
        from agents import Runner

        conversation = OpenAI().conversations.create().id
        for question in ["The weather in Berlin?", "Thanks"]:
            await Runner.run(self.agent, question, conversation_id=conversation)
        self.assertEqual(users_of(conversation), ["The weather in Berlin?", "Thanks"])


@needs("pydantic_ai")
class PydanticAI(unittest.TestCase):
    def setUp(self):
        from pydantic_ai import Agent
        from pydantic_ai.models.openai import OpenAIResponsesModel

        self.calls = []
        self.agent = Agent(OpenAIResponsesModel(ROUTE))

        @self.agent.tool_plain
        def get_weather(city: str) -> str:
            """The weather"""
            self.calls.append(city)
            return "21 °C"

    def test_history(self):
        one = self.agent.run_sync("The weather in Berlin?")
        self.assertEqual(self.calls, ["Berlin"])
        two = self.agent.run_sync("Thanks", message_history=one.all_messages())
        self.assertRegex(two.output, r"^You said: Thanks\.")

    def test_previous_response(self):
        from pydantic_ai.models.openai import OpenAIResponsesModelSettings

        settings = OpenAIResponsesModelSettings(openai_previous_response_id="auto")
        one = self.agent.run_sync("The weather in Berlin?", model_settings=settings)
        self.assertRegex(one.output, r"^The tool answered: 21 °C\.")
        two = self.agent.run_sync(
            "Thanks", message_history=one.all_messages(), model_settings=settings
        )
        self.assertRegex(two.output, r"^You said: Thanks\.")


@needs("langchain_openai")
class LangChain(unittest.TestCase):
    def test_previous_response(self):
        from langchain_openai import ChatOpenAI

        model = ChatOpenAI(model=ROUTE, use_responses_api=True, use_previous_response_id=True)
        one = model.invoke("One")
        history = [("human", "One"), one, ("human", "Two")]
        two = model.invoke(history)
        self.assertRegex(two.text if isinstance(two.text, str) else two.text(), r"^You said: Two\.")
        streamed = "".join(str(piece.text) for piece in model.stream([*history, two, ("human", "3")]))
        self.assertRegex(streamed, r"You said: 3\.")


if __name__ == "__main__":
    unittest.main()
