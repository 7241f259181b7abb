"""Staff accounts, as Django has them, with what to do when somebody leaves or loses their phone."""

from allauth.account.models import EmailAddress
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path

from probio.staff.accounts import close_account, take_second_factor_off

User = get_user_model()
admin.site.unregister([User, EmailAddress])  # addresses are on the account itself


@admin.register(User)
class StaffAdmin(UserAdmin):
    """Accounts are closed, not deleted: what somebody did keeps their name."""

    change_form_template = "admin/auth/user/staff_change_form.html"
    list_display = ["username", "first_name", "last_name", "is_active", "is_superuser", "last_login"]

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        views = [("close", self.close), ("second-factor", self.second_factor)]
        own = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"auth_user_{name}")
            for name, view in views
        ]
        return [*own, *super().get_urls()]

    def close(self, request, pk):
        """Ask, then close an account: in one press nothing it had opens any more."""
        asks = (
            "They will not be able to sign in, are signed out everywhere and lose every right. What they did keeps "
            "their name, and their calendar feed ends."
        )
        words = "They can no longer sign in, and every session of theirs has ended."
        return self._act(request, pk, close_account, title="Close the account", asks=asks, words=words)

    def second_factor(self, request, pk):
        """Ask, then take an account's second factors off."""
        asks = (
            "They are signed out everywhere, and set up a new app or passkey at the next sign-in. Be sure that it is "
            "really them who asked: call them."
        )
        words = "At their next sign-in they set up a new one."
        title = "Take the second factor off"
        return self._act(request, pk, take_second_factor_off, title=title, asks=asks, words=words)

    def _act(self, request, pk, act, *, title, asks, words):
        user = get_object_or_404(User, pk=pk)
        if not self.has_change_permission(request, user) or user == request.user:
            return self._refused(request, user)
        if request.method == "POST":
            act(user)
            self.log_change(request, user, f"{title}.")
            messages.success(request, f"{user}: {words}")
            return redirect("admin:auth_user_change", pk)
        asked = {"title": title, "asks": asks, "staff": user, "opts": self.opts}
        context = {**self.admin_site.each_context(request), **asked}
        return render(request, "admin/auth/user/act.html", context)

    def _refused(self, request, user):
        words = "You cannot do that to yourself: ask a colleague." if user == request.user else "You may not do that."
        messages.warning(request, words)
        return redirect("admin:index")
