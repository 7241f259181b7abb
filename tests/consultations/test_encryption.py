import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.fernet import Fernet

from consultations.encryption import DecryptionError, EncryptedJSONField, Unseen, decrypt, encrypt, renew

WORDS = {"q1": "Oats upset me, and so does naïveté 🥣"}
OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))


@pytest.fixture
def field_keys(settings):
    def use(*keys):
        settings.FIELD_KEYS = list(keys)

    return use


def test_encrypted_value_is_read_back_and_shows_nothing_of_itself():
    token = encrypt(WORDS)
    assert decrypt(token) == WORDS
    assert "Oats" not in token
    assert encrypt(WORDS) != token


def test_first_key_encrypts_and_all_decrypt(field_keys):
    field_keys(OLD)
    token = encrypt(WORDS)
    field_keys(NEW, OLD)
    assert decrypt(token) == WORDS
    assert json.loads(Fernet(NEW).decrypt(encrypt(WORDS))) == WORDS


@pytest.mark.parametrize("read", [decrypt, renew, EncryptedJSONField().to_python])
def test_value_no_key_opens_is_an_error_that_does_not_show_it(field_keys, read):
    field_keys(OLD)
    token = encrypt(WORDS)
    field_keys(OTHER)
    with pytest.raises(DecryptionError) as failed:
        read(token)
    assert token not in str(failed.value)


@pytest.mark.parametrize("damage", [lambda token: token[:-6] + "AAAA==", lambda token: "", lambda token: "plain words"])
def test_value_tampered_with_is_never_returned(damage):
    with pytest.raises(DecryptionError):
        decrypt(damage(encrypt(WORDS)))


def test_renewed_value_opens_with_the_new_key_alone_and_is_renewed_once(field_keys):
    field_keys(OLD)
    token = encrypt(WORDS)
    field_keys(NEW, OLD)
    renewed = renew(token)
    assert renew(renewed) is None
    field_keys(NEW)
    assert decrypt(renewed) == WORDS


def test_many_threads_read_and_write_without_mixing(field_keys):
    field_keys(OLD)
    field, old_tokens = EncryptedJSONField(), [encrypt({"n": n}) for n in range(50)]
    field_keys(NEW, OLD)

    def read_and_write(n):
        token = field.get_prep_value({"n": n})
        return field.from_db_value(token, None, None)["n"], field.from_db_value(old_tokens[n % 50], None, None)["n"]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read_and_write, range(1500))) == [(n, n % 50) for n in range(1500)]


@pytest.mark.parametrize("show", [repr, str, "{!r}".format, "{}".format])
def test_unseen_values_do_not_show_in_words(show):
    assert show(Unseen(WORDS)) == "<values, not shown>"


def test_serialised_field_is_encrypted():
    class Row:
        answers = WORDS

    field = EncryptedJSONField()
    field.set_attributes_from_name("answers")
    assert decrypt(field.value_to_string(Row)) == WORDS
