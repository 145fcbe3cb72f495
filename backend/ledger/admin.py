"""The Django admin: banks are kept here, users are switched on and off; everything else can only be looked at."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import models
from django.http import HttpRequest

from backend import clock
from backend.ledger.admin_sign_ins import SignInForm
from backend.ledger.models import Bank, BankAccount, Budget, Entry, FundingEvent, Transaction, Transfer, User

LEAST_MASKED = 8
"""Digits of a number of which four may be shown."""


@admin.register(Bank)
class BankAdmin(admin.ModelAdmin):
    list_display = ("name", "routing_number", "default_currency")
    search_fields = ("name", "routing_number")
    fields = ("name", "routing_number", "default_currency")

    def save_model(self, request: HttpRequest, obj: Bank, form: Any, change: bool) -> None:
        obj.modified_at = clock.now()
        if not change:
            obj.created_at = obj.modified_at
        super().save_model(request, obj, form, change)


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Users are made by `manage.py createuser`, where their password is checked; here they lose or regain access."""

    list_display = ("username", "name", "timezone", "is_active", "is_staff", "last_login")
    search_fields = ("username", "name")
    fields = ("username", "name", "timezone", "is_active", "is_staff", "is_superuser", "date_joined", "last_login")
    readonly_fields = ("username", "timezone", "date_joined", "last_login")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False


class LedgerAdmin(admin.ModelAdmin):
    """A table that only the ledger writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(BankAccount)
class BankAccountAdmin(LedgerAdmin):
    """Its number is for its owners; others see enough of it to tell two accounts apart."""

    exclude = ("account_number",)
    readonly_fields = ("masked_number",)

    @admin.display(description="account number")
    def masked_number(self, account: BankAccount) -> str:
        number = account.account_number or ""
        return f"…{number[-4:]}" if len(number) >= LEAST_MASKED else "…" * bool(number)


admin.site.login_form = SignInForm
admin.site.register([Budget, Transaction, Transfer, Entry, FundingEvent], LedgerAdmin)

if admin.site.is_registered(Group):
    admin.site.unregister(Group)
