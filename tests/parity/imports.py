"""What both doors are given of statements and their imports."""

from tests.parity.case import Case

ENTER = {"row": 1, "action": "enter"}
CSV = "Date,Description,Amount,Currency\n2026-06-10,Corner Pantry,-5.00,USD\n"
IMPORTS = [
    Case("bank_accounts_imports_create", {"file": CSV}, "@account"),
    Case("bank_accounts_imports_create", {"file": CSV, "format": "csv"}, "@account"),
    Case("bank_accounts_imports_create", {"file": CSV, "mapping": "{]"}, "@account", refused="mapping"),
    Case("bank_accounts_imports_create", {"file": CSV, "mapping": '{"no": 1}'}, "@account", refused="mapping"),
    Case("bank_accounts_imports_create", {"file": "<html></html>"}, "@account", refused="file"),
    Case("bank_accounts_imports_create", {"file": CSV, "format": "camt"}, "@account", refused="file"),
    Case("bank_accounts_imports_create", {"file": CSV}, "@foreign_account", refused="not_found"),
    Case("bank_accounts_imports_create", {"file": "nonsense"}, "@foreign_account", refused="not_found"),
    Case("bank_accounts_imports_create", {"file": CSV}, "@account", user="staff", refused="not_found"),
    Case(
        "bank_accounts_imports_partial_update",
        {
            "decisions": [
                {"row": 1, "action": "leave_out"},
                {"row": 2, "action": "settle", "transaction": "@held"},
            ]
        },
        "@preview",
    ),
    Case("bank_accounts_imports_partial_update", {"refresh": True}, "@stale"),
    Case("bank_accounts_imports_partial_update", {"decisions": [ENTER | {"row": 9}]}, "@preview", refused="decisions"),
    Case(
        "bank_accounts_imports_partial_update",
        {"decisions": [{"row": 1, "action": "settle", "transaction": "@booked"}]},
        "@preview",
        refused="decisions",
    ),
    Case(
        "bank_accounts_imports_partial_update",
        {"decisions": [{"row": 1, "action": "settle", "transaction": "@foreign_transaction"}]},
        "@preview",
        refused="decisions",
    ),
    Case("bank_accounts_imports_partial_update", {"decisions": [ENTER]}, "@committed", refused="import_over"),
    Case("bank_accounts_imports_partial_update", {"decisions": [ENTER]}, "@foreign_import", refused="not_found"),
    Case("bank_accounts_imports_commit_create", {}, "@preview"),
    Case("bank_accounts_imports_commit_create", {}, "@stale", refused="plan_changed"),
    Case("bank_accounts_imports_commit_create", {}, "@foreign_import", refused="not_found"),
    Case("bank_accounts_imports_commit_create", {}, "@preview", user="stranger", refused="not_found"),
    Case("bank_accounts_imports_revert_create", {}, "@committed"),
    Case("bank_accounts_imports_revert_create", {}, "@used", refused="cannot_revert"),
    Case("bank_accounts_imports_revert_create", {}, "@preview", refused="import_over"),
    Case("bank_accounts_imports_revert_create", {}, "@foreign_import", refused="not_found"),
    Case("bank_accounts_imports_destroy", {}, "@preview"),
    Case("bank_accounts_imports_destroy", {}, "@committed", refused="import_over"),
    Case("bank_accounts_imports_destroy", {}, "@foreign_import", refused="not_found"),
]
