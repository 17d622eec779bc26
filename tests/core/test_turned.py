from __future__ import annotations

import json

from pytest_robust.core.example import Example, Picture
from pytest_robust.core.turned import Turned


def test_it_comes_back_from_json_as_it_went() -> None:
    picture = Picture(height=2, width=1, channels=1, levels="AAE=")
    drawn = Example(index=3, label="a", before="a", after="b", clean=picture, changed=picture)
    said = Example(index=9, label="a", before="b", after="a", clean_text="one", changed_text="two")
    for turned in (Turned(), Turned(broken_at=(3, 5), fixed_at=(9,), broken=(drawn,), fixed=(said,))):
        assert Turned.from_dict(json.loads(json.dumps(turned.to_dict()))) == turned
