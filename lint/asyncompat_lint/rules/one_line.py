"""An expression's source on one line: for a message, or for a place that has only one.

Loaded where it is needed, for it loads libcst.
"""

from __future__ import annotations

from asyncompat_lint.loading import cst

# Where line ends stand that need nothing in their place.
_TIGHT = {
    cst.Arg: ["whitespace_after_arg"],
    cst.Call: ["whitespace_after_func", "whitespace_before_args"],
    cst.Dot: ["whitespace_after", "whitespace_before"],
    cst.LeftCurlyBrace: ["whitespace_after"],
    cst.LeftParen: ["whitespace_after"],
    cst.LeftSquareBracket: ["whitespace_after"],
    cst.RightCurlyBrace: ["whitespace_before"],
    cst.RightParen: ["whitespace_before"],
    cst.RightSquareBracket: ["whitespace_before"],
    cst.Subscript: ["whitespace_after_value"],
}


class OneLine(cst.CSTTransformer):
    """Takes line ends, and comments, out of an expression.

    Between words a space takes their place, next to brackets and dots nothing.
    """

    def leave_ParenthesizedWhitespace(
        self, original_node: cst.ParenthesizedWhitespace, updated_node: cst.ParenthesizedWhitespace
    ) -> cst.BaseParenthesizableWhitespace:
        return cst.SimpleWhitespace(" ")

    def on_leave(
        self, original_node: cst.CSTNodeT, updated_node: cst.CSTNodeT
    ) -> cst.CSTNodeT | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNodeT]:
        left = super().on_leave(original_node, updated_node)
        tight = [
            name
            for name in _TIGHT.get(type(original_node), ())
            if isinstance(getattr(original_node, name), cst.ParenthesizedWhitespace)
        ]
        if tight and isinstance(left, cst.CSTNode):
            return left.with_changes(**dict.fromkeys(tight, cst.SimpleWhitespace("")))
        return left

    def leave_Comma(self, original_node: cst.Comma, updated_node: cst.Comma) -> cst.Comma:
        return updated_node.with_changes(
            whitespace_before=cst.SimpleWhitespace(""), whitespace_after=cst.SimpleWhitespace(" ")
        )

    def leave_SimpleWhitespace(
        self, original_node: cst.SimpleWhitespace, updated_node: cst.SimpleWhitespace
    ) -> cst.SimpleWhitespace:
        return cst.SimpleWhitespace(" " if "\n" in updated_node.value else updated_node.value)

    def leave_SimpleString(
        self, original_node: cst.SimpleString, updated_node: cst.SimpleString
    ) -> cst.SimpleString:
        if "r" in updated_node.prefix.lower():
            return updated_node
        return updated_node.with_changes(value=updated_node.value.replace("\n", "\\n"))
