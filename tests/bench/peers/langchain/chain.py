"""Retrieval and a chat model in a chain, as LangChain's documentation puts them together.

The collection is not looked at when the store is opened (the default asks the embeddings model for a vector
first), and texts are embedded as they are (the default counts tokens by tables that it downloads): both spare
LangChain time.
"""

import os

from langchain_core.documents import Document
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import Runnable, RunnablePassthrough
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from langchain_qdrant import QdrantVectorStore
from qdrant_client import QdrantClient

VECTOR = "dense"  # the local cloud's index wants a name
TOP_K = 6
PROMPT = ChatPromptTemplate.from_messages(
    [
        ("system", "Answer the question from the sources. If they do not hold the answer, say so."),
        ("human", "{sources}\n\n<question>{question}</question>"),
    ]
)


def embeddings() -> OpenAIEmbeddings:
    """The endpoint's embeddings."""
    return OpenAIEmbeddings(
        model=os.environ["EMBEDDING_MODEL"],
        base_url=os.environ["MODEL_BASE_URL"],
        dimensions=int(os.environ["EMBEDDING_DIMENSIONS"]),
        check_embedding_ctx_length=False,
    )


def store(client: QdrantClient) -> QdrantVectorStore:
    """The collection, which is there."""
    return QdrantVectorStore(
        client,
        os.environ["COLLECTION"],
        embeddings(),
        vector_name=VECTOR,
        validate_embeddings=False,
        validate_collection_config=False,
    )


def answering(found: QdrantVectorStore) -> Runnable[str, str]:
    """The chain: a question in, the text of the answer out."""
    model = ChatOpenAI(model=os.environ["MODEL_NAME"], base_url=os.environ["MODEL_BASE_URL"])
    retriever = found.as_retriever(search_kwargs={"k": TOP_K})
    inputs = {"sources": retriever | _fenced, "question": RunnablePassthrough()}
    return inputs | PROMPT | model | StrOutputParser()


def _fenced(documents: list[Document]) -> str:
    fenced = (f'<source id="{n}">\n{one.page_content}\n</source>' for n, one in enumerate(documents, 1))
    return "\n".join(fenced)
