"""Who signs in to the demo book. Plain data: the command line prints it without loading Django."""

PASSWORD = "xinheng-demo"  # noqa: S105 - published: the demo book is nobody's secret
USERS = (
    ("sales1", "示例销售一", ["sales"]),
    ("sales2", "示例销售二", ["sales"]),
    ("reviewer", "示例审核员", ["reviewer"]),
    ("manager", "示例信用经理", ["credit_manager"]),
    ("collector", "示例催收员", ["collector"]),
    ("risk", "示例风控", ["risk_officer"]),
    ("auditor", "示例审计", ["auditor"]),
    ("admin", "示例管理员", ["administrator"]),
)


def shown_at_sign_in() -> list[dict[str, str]]:
    """What the sign-in page of a demo offers: `username`, `name` and `password` of each user."""
    return [{"username": username, "name": name, "password": PASSWORD} for username, name, _roles in USERS]
