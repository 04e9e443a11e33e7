"""Graphs as files, read back by parsers that know nothing of us."""

import asyncio
import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from freshet.behaviour.causal.graph import CausalGraph
from freshet.behaviour.formats import exported_causal_graph, exported_event_graph
from freshet.behaviour.graph.follows import EventGraph
from freshet.behaviour.requests import GraphFormat
from freshet.download import Download
from tests.unit.behaviour.formats.graphs import NASTY, causal_graph, event_graph

GRAPHML = "{http://graphml.graphdrawing.org/xmlns}"
SHOWN = [" ".join(re.sub(r"[\x00\x0b\ud800]", "", label).split()) for label in NASTY]
READERS: dict[str, Callable[[str], object]] = {
    "boolean": lambda text: text == "true",
    "long": int,
    "double": float,
    "string": str,
}
Graph = CausalGraph | EventGraph

both = pytest.mark.parametrize("graph", [causal_graph(), event_graph()], ids=["causal", "events"])


def exported(format_: GraphFormat, graph: Graph) -> Download:
    if isinstance(graph, CausalGraph):
        return asyncio.run(exported_causal_graph(format_, graph))
    return asyncio.run(exported_event_graph(format_, graph))


def table(graph: Graph) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(exported("csv", graph).data.decode("utf-8-sig"), newline="")))


class GraphMl:
    """A GraphML file as its readers take it: declared keys, nodes by id, edges between them."""

    def __init__(self, data: bytes) -> None:
        root = ElementTree.fromstring(data)
        assert root.tag == f"{GRAPHML}graphml"
        assert [one.tag for one in root] == [f"{GRAPHML}key"] * (len(root) - 1) + [f"{GRAPHML}graph"]
        self.keys = {key.get("id"): key for key in root.iter(f"{GRAPHML}key")}
        assert len(self.keys) == len(root) - 1
        (self.graph,) = root.iter(f"{GRAPHML}graph")
        self.nodes = {node.get("id"): self.known(node) for node in self.graph.iter(f"{GRAPHML}node")}
        self.edges = [
            (self.nodes[edge.get("source")], self.nodes[edge.get("target")], self.known(edge))
            for edge in self.graph.iter(f"{GRAPHML}edge")
        ]

    def known(self, element: ElementTree.Element) -> dict[str, object]:
        found: dict[str, object] = {}
        for data in element.findall(f"{GRAPHML}data"):
            key = self.keys[data.get("key")]
            assert f"{GRAPHML}{key.get('for')}" == element.tag
            found[str(key.get("attr.name"))] = READERS[str(key.get("attr.type"))](data.text or "")
        return found


@both
def test_graphml_holds_every_edge_with_its_types(graph: Graph) -> None:
    read = GraphMl(exported("graphml", graph).data)
    assert read.graph.get("edgedefault") == "directed"
    assert [node["label"] for node in read.nodes.values()] == SHOWN
    assert [(source["label"], target["label"]) for source, target, _ in read.edges] == list(pairwise(SHOWN))
    known = read.edges[0][2]
    if isinstance(graph, CausalGraph):
        assert known["lift"] == 4.25
        assert known["support"] == 35
        assert known["evidence"] == "e1 e2"
        assert known["reason"] == "+1, 明显"
        assert "cycle" not in known
        assert "id" not in known  # it is the element's own, in whatever order edges stand
        ids = [edge.get("id") for edge in read.graph.iter(f"{GRAPHML}edge")]
        assert sorted(map(str, ids)) == sorted(f"e{edge.id}" for edge in graph.edges)
        assert read.known(read.graph)["judged"] is True
        assert read.known(read.graph)["note"] == "line one"
    else:
        assert (known["count"], known["median_lag_seconds"]) == (len(NASTY), 1.5)


def test_a_number_that_is_not_finite_is_left_out() -> None:
    (edge, *_) = causal_graph().edges
    graph = causal_graph().model_copy(update={"edges": [edge.model_copy(update={"lift": float("inf")})]})
    assert "lift" not in GraphMl(exported("graphml", graph).data).edges[0][2]
    assert "lift" not in table(graph)[0]


def drawn(text: str) -> tuple[list[str], list[tuple[str, str, bool]]]:
    """(labels, edges) of a flowchart, each of whose lines has to be a node or an edge of ours."""
    lines = [line for line in text.splitlines()[1:] if not line.startswith("    %% ")]
    nodes, edges = {}, []
    for line in lines:
        if node := re.fullmatch(r'    (n\d+)\["([^"]*)"\]', line):
            nodes[node[1]] = re.sub(r"#(\d+);", lambda code: chr(int(code[1])), node[2])
            assert not re.search(r'[<>`:\[\]{}|%&"]|#(?!\d+;)', node[2])
        else:
            edge = re.fullmatch(r'    (n\d+) (-\.->|-->)\|"[^"]+"\| (n\d+)', line)
            assert edge, line
            edges.append((nodes[edge[1]], nodes[edge[3]], edge[2] != "-->"))
    return list(nodes.values()), edges


@both
def test_no_label_breaks_out_of_a_flowchart(graph: Graph) -> None:
    text = exported("mermaid", graph).data.decode()
    labels, edges = drawn(text)
    assert text.startswith("flowchart LR\n")
    assert labels == SHOWN
    assert [edge[:2] for edge in edges] == list(pairwise(SHOWN))
    faint = Counter(faint for _, _, faint in edges)
    assert faint[True] == (1 if isinstance(graph, CausalGraph) else 0)


def test_a_flowchart_has_no_more_than_mermaid_draws() -> None:
    text = exported("mermaid", event_graph(tuple(f"第 {at} 步" for at in range(700)))).data.decode()
    assert len(drawn(text)[1]) == 500
    assert "%% 199 lighter edges are left out" in text
    wide = exported("mermaid", event_graph(tuple(f"{at}{'[' * 79}" for at in range(300)))).data.decode()
    assert len(wide) <= 50_000
    assert len(drawn(wide)[1]) > 50


@both
def test_a_table_has_a_row_an_edge_and_no_formula(graph: Graph) -> None:
    data = exported("csv", graph).data
    rows = table(graph)
    assert data.startswith(b"\xef\xbb\xbf")
    ends = list(rows[0])[:2]
    assert ends == (["cause", "effect"] if isinstance(graph, CausalGraph) else ["source", "target"])
    guarded = [f"'{label}" if label.startswith("=") else label for label in SHOWN]
    assert [row[ends[0]] for row in rows] == guarded[:-1]
    assert [row[ends[1]] for row in rows] == guarded[1:]
    if isinstance(graph, CausalGraph):
        assert (rows[1]["reason"], rows[0]["reason"]) == ("'=1+1", "'+1, 明显")
        assert rows[0]["cycle"] == ""


@both
def test_json_is_the_graph_itself(graph: Graph) -> None:
    clean = (causal_graph if isinstance(graph, CausalGraph) else event_graph)(("甲", "乙"))
    assert type(graph).model_validate(json.loads(exported("json", clean).data)) == clean


@both
@pytest.mark.parametrize("format_", ["graphml", "mermaid", "csv"])
def test_a_graph_without_edges_is_a_file_too(format_: GraphFormat, graph: Graph) -> None:
    empty = graph.model_copy(update={"edges": [], "nodes": []})
    assert exported(format_, empty).data


def test_a_file_is_named_after_its_user() -> None:
    header = exported("graphml", causal_graph()).headers["Content-Disposition"]
    assert 'filename="causal graph 1.graphml"' in header
    assert "%E7%94%A8%E6%88%B7" in header
