import pytest
from django.core.checks import run_checks
from django.test import RequestFactory

from probio.clients import client_hash


def hash_of(address="203.0.113.5", forwarded=None):
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    return client_hash(RequestFactory().get("/", headers=headers, REMOTE_ADDR=address))


def test_client_hash_tells_addresses_apart_and_shows_none():
    assert hash_of("203.0.113.5") == hash_of("203.0.113.5") != hash_of("203.0.113.6")
    assert "203.0.113.5" not in hash_of("203.0.113.5")


def test_client_hash_of_one_ipv6_household_is_one():
    assert hash_of("2001:db8:1:2::1") == hash_of("2001:db8:1:2:ffff::9") != hash_of("2001:db8:1:3::1")


def test_client_hash_of_ipv4_inside_ipv6_is_that_of_the_ipv4_address():
    assert hash_of("::ffff:203.0.113.5") == hash_of("203.0.113.5") != hash_of("::ffff:203.0.113.6")


def test_client_hash_without_proxies_believes_no_header():
    assert hash_of(forwarded="198.51.100.9") == hash_of()


def test_client_hash_behind_one_proxy_believes_what_that_proxy_saw(settings):
    settings.TRUSTED_PROXIES = 1
    seen = hash_of(forwarded="198.51.100.9")
    assert hash_of(forwarded="10.0.0.1, 198.51.100.9") == seen  # what the client wrote itself is ignored
    assert seen != hash_of(forwarded="198.51.100.9, 10.0.0.1")


@pytest.mark.parametrize("forwarded", ["nonsense", "' OR 1=1", "1.2.3.4, "])
def test_client_hash_of_a_header_that_is_no_address_is_that_of_the_unknown(settings, forwarded):
    settings.TRUSTED_PROXIES = 1
    assert hash_of(forwarded=forwarded) == hash_of(forwarded="also nonsense")


@pytest.mark.parametrize(("scale", "found"), [(0, ["probio.E001"]), (1, [])])
def test_deployment_check_refuses_to_run_without_limits(settings, scale, found):
    settings.RATE_LIMIT_SCALE = scale
    issues = [issue.id for issue in run_checks(include_deployment_checks=True, databases=None)]
    assert [issue for issue in issues if issue.startswith("probio.")] == found
