"""The audit names each vulnerability and says how much it could audit."""

from scripts.audit import describe_extent, describe_vulnerabilities

SAFE = {"name": "click", "version": "8.1.0", "vulns": []}
UNKNOWN = {"name": "yarl", "skip_reason": "not found"}
WEAK = {
    "name": "jinja2",
    "version": "2.0",
    "vulns": [
        {"id": "PYSEC-1", "fix_versions": ["2.1", "3.0"], "description": "reads files"},
        {"id": "PYSEC-2", "fix_versions": [], "description": "runs code"},
    ],
}


def test_each_vulnerability_is_named_with_its_fix() -> None:
    assert describe_vulnerabilities([SAFE, UNKNOWN, WEAK]) == [
        "jinja2 2.0: PYSEC-1; fixed in 2.1, 3.0",
        "jinja2 2.0: PYSEC-2; fixed in no version yet",
    ]
    assert describe_vulnerabilities([SAFE, UNKNOWN]) == []


def test_packages_that_were_not_audited_are_counted() -> None:
    assert describe_extent([SAFE, WEAK]) == "2 packages audited"
    assert describe_extent([SAFE, UNKNOWN]).startswith("1 packages audited; 1 were not")
