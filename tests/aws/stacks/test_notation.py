"""The notation of templates: whatever is written is read back as it was."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from landbridge.aws.stacks.notation import notation
from tests.aws.stacks.networks import Loader

texts = st.text(st.characters(codec="utf-8"), max_size=12) | st.text("aA:#-'\" \n\t{}[],&*!|>%@`~?0.1/", max_size=8)
words = st.sampled_from(
    ["yes", "No", "null", "~", "1", "0x1f", "1e3", "2012-10-17", "-1", "a: b", "a #b", "AWS::Region", "on\n", " x", "x "]
)
names = st.text("ABCab12", min_size=1, max_size=5).map(lambda name: f"N{name}")
scalars = texts | words | st.integers() | st.booleans()
functions = st.one_of(
    names.map(lambda name: {"Ref": name}),
    st.just({"Ref": "AWS::StackId"}),
    st.tuples(names, names).map(lambda both: {"Fn::GetAtt": list(both)}),
    (texts | words).map(lambda text: {"Fn::Sub": text}),
    st.tuples(st.integers(0, 9), texts | words).map(lambda of: {"Fn::Select": [of[0], {"Fn::Split": [of[1], {"Ref": "AWS::StackId"}]}]}),
    st.tuples(texts, names).map(lambda of: {"Fn::Sub": [of[0], {"Name": {"Ref": of[1]}}]}),
)
values = st.recursive(
    scalars | functions,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts | words, inner, max_size=4),
    max_leaves=25,
)


@given(st.dictionaries(texts | words, values, min_size=1, max_size=5))
@settings(max_examples=400, deadline=None)
def test_what_is_written_is_read_back(value: dict[str, Any]) -> None:
    text = notation(value)
    assert yaml.load(text, Loader) == value


def test_it_reads_as_a_person_writes() -> None:
    value = {
        "Resources": {
            "Vpc": {
                "Type": "AWS::EC2::VPC",
                "DependsOn": ["A", "B"],
                "Properties": {
                    "CidrBlock": "10.0.0.0/16",
                    "Zone": {"Fn::Sub": "${AWS::Region}a"},
                    "Tags": [{"Key": "landbridge:network", "Value": "acme"}, {"Key": "Name", "Value": {"Ref": "Name"}}],
                    "Data": {"Fn::Base64": {"Fn::Sub": "#!/bin/sh\necho ${Name}\n\n  exit\n"}},
                    "Id": {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]},
                    "Where": {"Fn::GetAtt": ["Table", "Arn"]},
                    "On": True,
                    "Empty": [],
                },
            }
        }
    }
    assert notation(value) == (
        "Resources:\n"
        "  Vpc:\n"
        "    Type: AWS::EC2::VPC\n"
        "    DependsOn:\n"
        "    - A\n"
        "    - B\n"
        "    Properties:\n"
        "      CidrBlock: '10.0.0.0/16'\n"
        "      Zone: !Sub '${AWS::Region}a'\n"
        "      Tags:\n"
        "      - Key: landbridge:network\n"
        "        Value: acme\n"
        "      - Key: Name\n"
        "        Value: !Ref Name\n"
        "      Data:\n"
        "        Fn::Base64: !Sub |\n"
        "          #!/bin/sh\n"
        "          echo ${Name}\n"
        "\n"
        "            exit\n"
        "      Id: !Select [2, !Split ['/', !Ref 'AWS::StackId']]\n"
        "      Where: !GetAtt Table.Arn\n"
        "      'On': true\n"
        "      Empty: []\n"
    )
