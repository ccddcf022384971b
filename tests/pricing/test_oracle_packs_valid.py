"""Generated packs hold nothing that the portal's own reader of documents would refuse."""

from apps.offers.documents import read_activity, read_template
from apps.pricing.faults import Findings, Reader
from tests.oracle.generate import case


def test_generated_offers_are_read_without_a_fault():
    for seed in range(500):
        pack, _ = case(seed)
        findings = Findings()
        for at, row in enumerate(pack["activities"]):
            read_activity(Reader(row, f"activities[{at}]", findings))
        for at, row in enumerate(pack["coupon_templates"]):
            read_template(Reader(row, f"coupon_templates[{at}]", findings))
        assert [str(fault) for fault in findings.faults] == [], f"seed {seed}"
