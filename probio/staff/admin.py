"""Staff accounts, as Django has them, with what to do when somebody leaves or loses their phone."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm, UserCreationForm
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.html import format_html, format_html_join

from probio.staff.accounts import close_account, take_second_factor_off
from probio.staff.read_only import ReadOnly
from probio.staff.roles import OWNER, PURPOSES

User = get_user_model()
# Addresses are on the account itself; second factors are their owner's, and taken off on the page of the account.
admin.site.unregister([User, Group, EmailAddress, Authenticator])


class StaffForm(UserChangeForm):
    """An account. editor: whose form it is; nobody shuts themselves out, or there might be nobody to let them in."""

    editor = None
    groups = forms.ModelMultipleChoiceField(
        Group.objects.filter(name__in=PURPOSES),
        label="Roles",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="What each allows is under Groups. Somebody with two may do what either allows.",
    )

    def clean(self):
        values = super().clean()
        if self.editor == self.instance:
            if not values.get("is_active", True):
                self.add_error("is_active", "You cannot close your own account: ask a colleague.")
            kept = values.get("groups")
            if kept is not None and self.instance.groups.filter(name=OWNER).exists() and OWNER not in map(str, kept):
                self.add_error("groups", "You cannot take the role of owner from yourself: ask a colleague.")
        return values


@admin.register(User)
class StaffAdmin(UserAdmin):
    """Accounts are closed, not deleted: what somebody did keeps their name. What they may do comes from roles."""

    form, add_form = StaffForm, UserCreationForm
    change_form_template = "admin/auth/user/staff_change_form.html"
    list_display = ["username", "first_name", "last_name", "roles", "is_active", "last_login"]
    list_filter = ["is_active", "groups"]
    readonly_fields = ["last_login", "date_joined"]
    add_fieldsets = [(None, {"classes": ["wide"], "fields": ["username", "password1", "password2"]})]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        ("Who", {"fields": ["first_name", "last_name", "email"]}),
        ("What they may do", {"fields": ["is_active", "groups", "is_superuser"]}),
        ("Since when", {"fields": ["last_login", "date_joined"]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups")

    def roles(self, user):
        names = ["everything"] if user.is_superuser else [role.name for role in user.groups.all()]
        return ", ".join(names)

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, **kwargs)
        form.editor = request.user
        return form

    def get_readonly_fields(self, request, obj=None):
        """Only somebody who may do everything lets others do everything."""
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else [*fields, "is_superuser"]

    def has_change_permission(self, request, obj=None):
        """Owners change no account that may do more than theirs."""
        is_above = obj is not None and obj.is_superuser and not request.user.is_superuser
        return super().has_change_permission(request, obj) and not is_above

    def save_model(self, request, obj, form, change):
        obj.is_staff = obj.is_active  # every account is one of the team; one that was closed comes back whole
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        """Note for the log which roles were given and taken."""
        before = set(form.instance.groups.values_list("name", flat=True))
        super().save_related(request, form, formsets, change)
        after = set(form.instance.groups.values_list("name", flat=True))
        form.noted = [f"Given: {name}." for name in sorted(after - before)]
        form.noted += [f"Taken: {name}." for name in sorted(before - after)]
        if "is_superuser" in form.changed_data:
            form.noted.append(f"May do everything: {'yes' if form.instance.is_superuser else 'no'}.")

    def construct_change_message(self, request, form, formsets, add=False):
        noted = getattr(form, "noted", [])
        if not noted:
            return super().construct_change_message(request, form, formsets, add)
        labels = [str(form.fields[name].label or name) for name in form.changed_data]
        return " ".join([f"Changed: {', '.join(labels)}.", *noted])

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
            "their name. Their calendar feed ends, and nothing is sent to their address any more. If they give "
            "consultations, clients can book with them until somebody presses “Offer no times any more” on their page "
            "under Nutritionists."
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
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        if user == request.user:
            messages.warning(request, "You cannot do that to yourself: ask a colleague.")
            return redirect("admin:index")
        if request.method == "POST":
            act(user)
            self.log_change(request, user, f"{title}.")
            messages.success(request, f"{user}: {words}")
            return redirect("admin:auth_user_change", pk)
        asked = {"title": title, "asks": asks, "staff": user, "opts": self.opts}
        context = {**self.admin_site.each_context(request), **asked}
        return render(request, "admin/auth/user/act.html", context)


@admin.register(Group)
class RoleAdmin(ReadOnly, admin.ModelAdmin):
    """Roles come with the site and are given on the page of an account; here is what they are for."""

    list_display = ["name", "purpose", "holders"]
    ordering = ["pk"]
    fields = ["name", "purpose", "holders", "allowed"]
    readonly_fields = ["purpose", "holders", "allowed"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("user_set")

    def purpose(self, role):
        return PURPOSES.get(role.name)

    @display(description="who has it")
    def holders(self, role):
        return ", ".join(sorted(user.get_full_name() or user.username for user in role.user_set.all()))

    @display(description="what it allows")
    def allowed(self, role):
        names = role.permissions.order_by("content_type__app_label", "name").values_list("name")
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", names))
