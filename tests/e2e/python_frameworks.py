"""python_frameworks.py -- conversations as Python's agent frameworks hold them.

    python python_frameworks.py CLASS...

The environment is that of python_client.py, but ROUTES names the routes of each CLASS, as JSON.
Each is asked QUESTIONS, of which the first two need a tool.  Whether the model knew all of the
conversation is seen at the upstreams: python.test.js looks there.  Clients have their default
settings.
"""
import asyncio
import json
import os
import unittest

from openai import AsyncOpenAI, OpenAI

ROUTES = json.loads(os.environ["ROUTES"])
QUESTIONS = ["The weather in Berlin?", "The weather in Paris?", "Thanks"]
ANSWERS = [
    r"The tool answered: 21 °C in Berlin\.",
    r"The tool answered: 21 °C in Paris\.",
    r"^You said: Thanks\.",
]
TOOL = {
    "name": "get_weather",
    "description": "The weather",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}


def get_weather(city: str) -> str:
    """The weather"""
    return f"21 °C in {city}"


def weather_for(arguments):
    return get_weather(**json.loads(arguments))


class Framework(unittest.TestCase):
    """A conversation with each route; |begin| gives what asks one question after another."""

    def begin(self, route):
        raise NotImplementedError

    def end(self):
        """What the client can be asked for after the conversation."""

    def test_conversation(self):
        for route in ROUTES[type(self).__name__]:
            with self.subTest(route):
                ask = self.begin(route)
                for question, answer in zip(QUESTIONS, ANSWERS):
                    self.assertRegex(ask(question), answer)
                self.end()


class OpenAIAgents(Framework):
    def agent(self, route):
        from agents import Agent, function_tool, set_tracing_disabled
        from agents.models.openai_responses import OpenAIResponsesModel

        set_tracing_disabled(True)
        model = OpenAIResponsesModel(model=route, openai_client=AsyncOpenAI(max_retries=0))
        return Agent(name="Weather", model=model, tools=[function_tool(get_weather)])

    def asker(self, route, more):
        from agents import Runner

        agent = self.agent(route)
        last = None

        def ask(question):
            nonlocal last
            last = Runner.run_sync(agent, question, **more(last))
            return last.final_output

        return ask


class OpenAIAgentsPreviousResponse(OpenAIAgents):
    def begin(self, route):
        return self.asker(
            route, lambda last: {"previous_response_id": last.last_response_id} if last else {}
        )


class OpenAIAgentsChain(OpenAIAgents):
    """Each step of a run is chained to the one before it, too."""

    def begin(self, route):
        return self.asker(
            route,
            lambda last: {
                "auto_previous_response_id": True,
                "previous_response_id": last and last.last_response_id,
            },
        )


class OpenAIAgentsConversation(OpenAIAgents):
    def begin(self, route):
        conversation = OpenAI().conversations.create().id
        return self.asker(route, lambda last: {"conversation_id": conversation})


class OpenAIAgentsSession(OpenAIAgents):
    def begin(self, route):
        from agents.memory import OpenAIConversationsSession

        self.session = OpenAIConversationsSession(openai_client=AsyncOpenAI(max_retries=0))
        return self.asker(route, lambda last: {"session": self.session})

    def end(self):
        asyncio.get_event_loop().run_until_complete(self.check())

    async def check(self):
        items = await self.session.get_items()
        users = [item["content"][0]["text"] for item in items if item.get("role") == "user"]
        self.assertEqual(users, QUESTIONS)
        self.assertEqual((await self.session.pop_item())["role"], "assistant")
        self.assertEqual(len(await self.session.get_items()), len(items) - 1)
        await self.session.clear_session()


def has_two_results(context):
    items = context["session_items"]
    return sum(item.get("type") == "function_call_output" for item in items) == 2


class OpenAIAgentsCompaction(OpenAIAgents):
    """The session compacts by itself; it takes models of OpenAI's names."""

    def begin(self, route):
        from agents import SQLiteSession
        from agents.memory import OpenAIResponsesCompactionSession

        session = OpenAIResponsesCompactionSession(
            session_id=route,
            underlying_session=SQLiteSession(route),
            client=AsyncOpenAI(max_retries=0),
            model=route,
            should_trigger_compaction=has_two_results,
        )
        return self.asker(route, lambda last: {"session": session})


class PydanticAI(Framework):
    def asker(self, route, **settings):
        from pydantic_ai import Agent
        from pydantic_ai.models.openai import OpenAIResponsesModel

        agent = Agent(OpenAIResponsesModel(route), tools=[get_weather], model_settings=settings)
        history = []

        def ask(question):
            nonlocal history
            run = agent.run_sync(question, message_history=history)
            history = run.all_messages()
            return run.output

        return ask


class PydanticAIHistory(PydanticAI):
    def begin(self, route):
        return self.asker(route)


class PydanticAIPreviousResponse(PydanticAI):
    def begin(self, route):
        return self.asker(route, openai_previous_response_id="auto")


class LangChain(Framework):
    def begin(self, route):
        from langchain_core.messages import HumanMessage, ToolMessage
        from langchain_openai import ChatOpenAI

        model = ChatOpenAI(
            model=route, use_responses_api=True, use_previous_response_id=True
        ).bind_tools([get_weather])
        messages = []

        def answer(stream):
            if not stream:
                return model.invoke(messages)
            pieces = list(model.stream(messages))
            return sum(pieces[1:], pieces[0])

        def ask(question):
            messages.append(HumanMessage(question))
            while True:
                message = answer(stream=question != QUESTIONS[0])
                messages.append(message)
                if not message.tool_calls:
                    return str(message.text)
                for call in message.tool_calls:
                    result = get_weather(**call["args"])
                    messages.append(ToolMessage(result, tool_call_id=call["id"]))

        return ask


class LlamaIndex(Framework):
    def begin(self, route):
        from llama_index.core.llms import ChatMessage
        from llama_index.core.tools import FunctionTool
        from llama_index.llms.openai import OpenAIResponses

        # It knows how much only OpenAI's models can read.
        llm = OpenAIResponses(model=route, track_previous_responses=True, context_window=200_000)
        tool = FunctionTool.from_defaults(fn=get_weather)

        def answer(messages, stream):
            if not stream:
                return llm.chat_with_tools([tool], chat_history=messages)
            return list(llm.stream_chat_with_tools([tool], chat_history=messages))[-1]

        def ask(question):
            messages = [ChatMessage(role="user", content=question)]
            while True:
                response = answer(messages, stream=question == QUESTIONS[2])
                calls = llm.get_tool_calls_from_response(response, error_on_no_tool_call=False)
                if not calls:
                    return response.message.content
                messages = [
                    ChatMessage(
                        role="tool",
                        content=get_weather(**call.tool_kwargs),
                        additional_kwargs={"call_id": call.tool_id},
                    )
                    for call in calls
                ]

        return ask


class LiteLLMResponses(Framework):
    def begin(self, route):
        import litellm

        last = None

        def answer(question, content):
            stream = question == QUESTIONS[2]
            response = litellm.responses(
                model=f"openai/{route}",
                input=content,
                tools=[{"type": "function", **TOOL}],
                previous_response_id=last,
                stream=stream,
            )
            return [event for event in response][-1].response if stream else response

        def ask(question):
            nonlocal last
            content = question
            while True:
                response = answer(question, content)
                last = response.id
                calls = [item for item in response.output if item.type == "function_call"]
                if not calls:
                    return response.output[-1].content[0].text
                content = [
                    {
                        "type": "function_call_output",
                        "call_id": call.call_id,
                        "output": weather_for(call.arguments),
                    }
                    for call in calls
                ]

        return ask


class LiteLLMCompletion(Framework):
    def begin(self, route):
        import litellm

        messages = []

        def answer(stream):
            response = litellm.completion(
                model=f"openai/{route}",
                messages=messages,
                tools=[{"type": "function", "function": TOOL}],
                stream=stream,
            )
            if stream:
                response = litellm.stream_chunk_builder(list(response), messages=messages)
            return response.choices[0].message

        def ask(question):
            messages.append({"role": "user", "content": question})
            while True:
                message = answer(stream=question == QUESTIONS[2])
                messages.append(message.model_dump())
                if not message.tool_calls:
                    return message.content
                for call in message.tool_calls:
                    result = weather_for(call.function.arguments)
                    messages.append(
                        {"role": "tool", "tool_call_id": call.id, "content": result}
                    )

        return ask


class Agno(Framework):
    def begin(self, route):
        from agno.agent import Agent
        from agno.db.in_memory import InMemoryDb
        from agno.models.openai import OpenAIResponses

        agent = Agent(
            model=OpenAIResponses(id=route),
            tools=[get_weather],
            db=InMemoryDb(),
            add_history_to_context=True,
            telemetry=False,
        )

        def ask(question):
            if question != QUESTIONS[2]:
                return agent.run(question).content
            events = agent.run(question, stream=True)
            return "".join(event.content or "" for event in events if event.event == "RunContent")

        return ask


class AgnoChain(Agno):
    """It chains responses where the model's name is that of one that reasons."""


if __name__ == "__main__":
    unittest.main(warnings="ignore")
