import pytest

from consultations.addresses import likely_intended, normalise


@pytest.mark.parametrize(
    ("email", "mailbox"),
    [
        ("Amara@Example.COM", "amara@example.com"),
        ("amara+diary@example.com", "amara@example.com"),
        ("amara.whitfield@example.com", "amara.whitfield@example.com"),
        ("a.m.a.r.a@gmail.com", "amara@gmail.com"),
        ("amara+x@googlemail.com", "amara@gmail.com"),
        ("+only@example.com", "+only@example.com"),
        (" o'brien@example.com ", "o'brien@example.com"),
    ],
)
def test_one_mailbox_is_one_client_however_it_is_written(email, mailbox):
    assert normalise(email) == mailbox


@pytest.mark.parametrize(
    ("email", "intended"),
    [
        ("amara@gmial.com", "amara@gmail.com"),
        ("amara@gmail.con", "amara@gmail.com"),
        ("amara@hotmial.co.uk", "amara@hotmail.co.uk"),
        ("amara@yaho.co.uk", "amara@yahoo.co.uk"),
        ("Amara.W@OUTLOK.com", "Amara.W@outlook.com"),
        ("amara@btinternet.co.uk", "amara@btinternet.com"),
    ],
)
def test_likely_slip_in_a_domain_is_seen(email, intended):
    assert likely_intended(email) == intended


@pytest.mark.parametrize("domain", ["gmail.com", "GMAIL.com", "gmx.com", "mail.com", "example.com", "nhs.net"])
def test_domain_that_is_right_is_left_alone(domain):
    assert likely_intended(f"amara@{domain}") is None
