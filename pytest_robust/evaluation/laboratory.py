"""A model and its examples, with all that was measured on them."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from pytest_robust.adapters import adapt, dataset, raw_data
from pytest_robust.core.arrays import Integers
from pytest_robust.core.claim import Claim
from pytest_robust.core.criteria import Criterion
from pytest_robust.core.dataset import Dataset
from pytest_robust.core.deadline import NEVER, Deadline
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.metric import Request
from pytest_robust.core.model import Model
from pytest_robust.core.perturbation import goal_of
from pytest_robust.core.policy import Policy
from pytest_robust.core.progress import SILENT, Watcher
from pytest_robust.evaluation.clean import CleanAnswers
from pytest_robust.evaluation.evaluation import Evaluation
from pytest_robust.evaluation.looks import FIRST_LOOK
from pytest_robust.evaluation.probe import Meter

__all__ = ["Laboratory", "order_of"]

# Evaluations kept: a test rarely has more checks, and a property makes hundreds that are
# never asked for again.
_KEPT = 64


class Laboratory:
    """Runs evaluations of one model on its data, each once a session.

    Args:
        model: The model under test.
        data: The examples.
        policy: Seed, batch size and number of examples.
        bounds: As given by the user, for other data of the same kind.
        watcher: Hears how far evaluations have got.
        deadline: Until when the model may be asked.
    """

    def __init__(
        self,
        model: Model,
        data: Dataset,
        policy: Policy,
        *,
        bounds: Any = None,  # noqa: ANN401 - passed on
        watcher: Watcher = SILENT,
        deadline: Deadline = NEVER,
    ) -> None:
        self.model, self.data, self.policy = model, data, policy
        self.watcher, self._bounds, self._deadline = watcher, bounds, deadline
        self._first_look = FIRST_LOOK
        self._clean: dict[tuple[Criterion, int | None], CleanAnswers] = {}
        self._evaluations: OrderedDict[tuple[Any, ...], Evaluation] = OrderedDict()
        self._siblings: list[tuple[Any, Laboratory]] = []
        self._rivals: list[tuple[Any, Laboratory]] = []
        self._others: list[tuple[Any, Model]] = []

    @cached_property
    def order(self) -> Integers:
        """The positions of the examples in the one random order of all evaluations.

        Drawn by the seed, so that the first examples are a sample of all, and the same for
        every model of as many examples.
        """
        shuffled = order_of(len(self.data), self.policy.seed)
        drawn = shuffled[: self.policy.samples] if self.policy.samples else shuffled
        return drawn if self.policy.shard is None else drawn[self.policy.shard.holds(drawn)]

    @cached_property
    def whole(self) -> Laboratory:
        """The same with all examples, where this one has a shard of them."""
        return self if self.policy.shard is None else self.with_policy(replace(self.policy, shard=None))

    def evaluation(self, request: Request) -> Evaluation:
        """Return the evaluation a metric asks for, as far as it has been computed.

        Raises:
            InvalidData: The criterion needs labels and there are none.
            OutOfTime: The deadline has passed, and which examples it is about would have to be asked.
        """
        if request.data is not None:
            return self._sibling(request.data).evaluation(replace(request, data=None))
        if request.model is not None:
            return self._rival(request.model).evaluation(replace(request, model=None))
        key = _key(request)
        try:
            found = self._evaluations.get(key)
        except TypeError as error:
            raise InvalidArgument(f"{request.under!r} or {request.criterion!r} cannot be compared: {error}") from None
        if found is None:
            found = self._begin(request)
            self._evaluations[key] = found
            if len(self._evaluations) > _KEPT:
                self._evaluations.popitem(last=False)
        self._evaluations.move_to_end(key)
        return found

    def begun(self, requests: tuple[Request, ...]) -> list[Evaluation]:
        """Return the evaluations of the requests that exist already."""
        return [self.evaluation(request) for request in requests if self._is_begun(request)]

    def with_policy(self, policy: Policy) -> Laboratory:
        """Return the laboratory of the same model and examples under another policy."""
        other = self._like(self.model, self.data, policy)
        if all(getattr(policy, name) == getattr(self.policy, name) for name in ("seed", "samples", "shard")):
            other.order = self.order
        return other

    def _like(self, model: Model, data: Dataset, policy: Policy) -> Laboratory:
        made = Laboratory(model, data, policy, bounds=self._bounds, watcher=self.watcher, deadline=self._deadline)
        made._first_look = self._first_look
        return made

    def of_few(self, examples: int, watcher: Watcher) -> Laboratory:
        """Return a laboratory of the first few examples, which knows nothing of them yet.

        It looks at one of them first, and at more and more of them at a time, which shows what a
        batch costs and what an example does. It has all the time it takes.

        Args:
            examples: How many, at most.
            watcher: Hears of it instead.
        """
        fewer = min(examples, self.policy.samples or examples)
        policy = replace(self.policy, samples=fewer, exact=False, claim=Claim.DATASET)
        other = Laboratory(self.model, self.data, policy, bounds=self._bounds, watcher=watcher)
        other.order, other._first_look, other._others = self.order[:fewer], 1, self._others
        return other

    def data_of(self, request: Request) -> Dataset:
        """Return the examples that a request is about."""
        return self.data if request.data is None else self._sibling(request.data).data

    def _is_begun(self, request: Request) -> bool:
        if request.data is not None:
            return any(known is request.data for known, _ in self._siblings)
        if request.model is not None:
            return any(known is request.model for known, _ in self._rivals)
        return _key(request) in self._evaluations

    def _begin(self, request: Request) -> Evaluation:
        judged_by = request.criterion, _identity(request.beside)
        clean = self._clean.get(judged_by)
        if clean is None:
            meter, criterion = Meter(watcher=self.watcher), request.criterion.about(self.model)
            clean = CleanAnswers(
                self.model,
                self.data,
                criterion,
                meter=meter,
                batch_size=self.policy.batch_size,
                beside=None if request.beside is None else self._adapted(request.beside),
            )
            self._clean[judged_by] = clean
        order = self.order
        if request.only_right:
            self._deadline.check(0, len(order))
            order = order[clean.score(order) > 0]
            target = clean.target(order)
            order = order[goal_of(request.under).possible(np.asarray(target))]
        # Where all are evaluated anyway, there is nothing to look at early.
        early = not self.policy.exact and self.policy.claim is Claim.DATASET
        told = replace(request, under=request.under.adapted(self._adapted), criterion=clean.criterion)
        return Evaluation(
            clean,
            order,
            told,
            seed=self.policy.seed,
            batch_size=self.policy.batch_size,
            early_looks=early,
            first_look=self._first_look,
            watcher=self.watcher,
            deadline=self._deadline,
        )

    def _adapted(self, native: Any) -> Model:  # noqa: ANN401 - any framework's
        """Return a model that a perturbation holds, compiled once."""
        model = next((made for known, made in self._others if known is native), None)
        if model is None:
            model = adapt(native, allow_pickle=self.policy.allow_pickle, columns=self.data.columns)
            self._others.append((native, model))
        return model

    def _sibling(self, data: Any) -> Laboratory:  # noqa: ANN401 - data in any form
        for known, laboratory in self._siblings:
            if known is data:
                return laboratory
        data_set = dataset(raw_data(data), self._bounds)
        made = self._like(self.model, data_set, self.policy)
        self._siblings.append((data, made))
        return made

    def _rival(self, model: Any) -> Laboratory:  # noqa: ANN401 - any framework's
        """Return the laboratory of another model on the same examples in the same order."""
        for known, laboratory in self._rivals:
            if known is model:
                return laboratory
        made = self._like(self._adapted(model), self.data, self.policy)
        made.order = self.order
        self._rivals.append((model, made))
        return made


def order_of(size: int, seed: int) -> Integers:
    """Return (size,) the positions of a dataset in the random order of all evaluations."""
    return np.random.Generator(np.random.Philox(seed)).permutation(size)


def _key(request: Request) -> tuple[Any, ...]:
    beside = _identity(request.beside)
    return request.under, request.criterion, beside, request.only_right, request.outputs, request.wrong


def _identity(native: object) -> int | None:
    """Return what tells one model from another: `_adapted` keeps each, so that its address is not given again."""
    return None if native is None else id(native)
