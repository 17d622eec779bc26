"""Which commit a release was made of."""

from __future__ import annotations

import os
import subprocess

import pytest

from pytest_robust.gates.commit import commit_of


def git(folder, *arguments):
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def test_a_commit_is_told_with_whether_files_differ_from_it(tmp_path):
    git(tmp_path, "init", "-q")
    (tmp_path / "a").write_text("1")
    git(tmp_path, "add", "a")
    git(tmp_path, "commit", "-qm", "one")
    commit = commit_of(tmp_path)
    assert len(commit) == 40
    (tmp_path / "a").write_text("2")
    assert commit_of(tmp_path) == f"{commit}-dirty"


def test_there_is_none_without_a_checkout_and_without_git(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert commit_of(tmp_path) == ""
    assert commit_of(tmp_path / "absent") == ""
    monkeypatch.setenv("PATH", "")
    assert commit_of(tmp_path) == ""


def test_there_is_none_where_git_does_not_answer_in_time(tmp_path, monkeypatch):
    def hangs(arguments, *, timeout, **_):
        assert timeout < 60
        raise subprocess.TimeoutExpired(arguments, timeout)

    # A git that hangs would make the test wait for that long.
    monkeypatch.setattr(subprocess, "run", hangs)
    assert commit_of(tmp_path) == ""


@pytest.mark.skipif(os.name == "nt", reason="the git that stands in is a shell script")
@pytest.mark.parametrize(
    ("does", "commit"),
    [("echo 01abcdef; exit 1", ""), ("echo 01abcdef", "01abcdef"), (r"printf 'tag\351\n'", "tag\ufffd")],
)
def test_what_a_git_that_fails_says_is_no_commit_and_no_byte_of_it_stops_the_tests(tmp_path, monkeypatch, does, commit):
    (tmp_path / "git").write_text(f"#!/bin/sh\n{does}\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert commit_of(tmp_path) == commit
