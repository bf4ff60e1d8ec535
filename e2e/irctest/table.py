"""Prints a JUnit report of irctest as a table: passed, failed and skipped by file, then why tests were skipped."""

import collections
import sys
import xml.etree.ElementTree

FILES = "irctest.server_tests."


def main(path: str) -> None:
    counts = collections.defaultdict(collections.Counter)
    reasons = collections.Counter()
    failures = []
    for case in xml.etree.ElementTree.parse(path).iter("testcase"):
        name = case.get("classname", "").replace(FILES, "").rsplit(".", 1)[0]
        if case.find("failure") is not None or case.find("error") is not None:
            outcome = "failed"
            failures.append(f"{name} {case.get('name')}")
        elif case.find("skipped") is not None:
            outcome = "skipped"
            reasons[(name, case.get("name"), case.find("skipped").get("message") or "no reason")] += 1
        else:
            outcome = "passed"
        counts[name][outcome] += 1
    width = max((len(name) for name in counts), default=4)
    print(f"\n{'file':{width}}  passed  failed  skipped")
    total = collections.Counter()
    for name in sorted(counts):
        count = counts[name]
        total.update(count)
        print(f"{name:{width}}  {count['passed']:6}  {count['failed']:6}  {count['skipped']:7}")
    print(f"{'total':{width}}  {total['passed']:6}  {total['failed']:6}  {total['skipped']:7}")
    for failure in failures:
        print(f"FAILED {failure}")
    for (name, test, reason), _ in sorted(reasons.items()):
        print(f"skipped {name} {test}: {reason}")


if __name__ == "__main__":
    main(sys.argv[1])
