"""The tests that every module of checks must stand, for its table of right and wrong answers."""

from inspect import isfunction
from types import ModuleType


class Answers:
    """A module of checks tried with answers to its exercises; a test class names the three.

    Each name of a check has at least so many different right answers, and so many wrong ones.
    """

    checks: ModuleType
    right: dict
    wrong: dict
    at_least = (4, 8)

    def verdicts(self, answers):
        """Return each answer's verdict, by the check's name and the answer's place in its list."""
        return {
            (name, number): getattr(self.checks, name)(answer)
            for name, functions in answers.items()
            for number, answer in enumerate(functions)
        }

    def test_every_check_is_tried_with_enough_answers(self):
        public = {
            name
            for name, value in vars(self.checks).items()
            if isfunction(value) and value.__module__ == self.checks.__name__ and name[0] != "_"
        }
        assert public == set(self.right) == set(self.wrong)
        right, wrong = self.at_least
        assert {name for name, answers in self.right.items() if len(answers) < right} == set()
        assert {name for name, answers in self.wrong.items() if len(answers) < wrong} == set()

    def test_right_answers_pass(self):
        verdicts = self.verdicts(self.right)
        assert {at: verdict for at, verdict in verdicts.items() if verdict.passed is not True} == {}

    def test_wrong_answers_are_not_right_and_hear_why(self):
        verdicts = self.verdicts(self.wrong)
        taken = {at: v for at, v in verdicts.items() if v.passed is not False or not v.message}
        assert taken == {}

    def test_a_stub_is_not_yet_tried(self):
        for name in self.right:
            for stub in (lambda *given: None, lambda *given: ...):
                assert getattr(self.checks, name)(stub).passed is None, name
