"""Answers one JSON request per line of standard input with one JSON line on standard output."""

import base64
import functools
import json
import logging
import sys

from dynamodb_encryption_sdk.delegated_keys.jce import JceNameLocalDelegatedKey
from dynamodb_encryption_sdk.encrypted import CryptoConfig
from dynamodb_encryption_sdk.encrypted.item import (
    decrypt_dynamodb_item,
    encrypt_dynamodb_item,
)
from dynamodb_encryption_sdk.identifiers import (
    CryptoAction,
    EncryptionKeyType,
    KeyEncodingType,
)
from dynamodb_encryption_sdk.material_providers.static import (
    StaticCryptographicMaterialsProvider,
)
from dynamodb_encryption_sdk.material_providers.wrapped import (
    WrappedCryptographicMaterialsProvider,
)
from dynamodb_encryption_sdk.materials.raw import (
    RawDecryptionMaterials,
    RawEncryptionMaterials,
)
from dynamodb_encryption_sdk.structures import AttributeActions, EncryptionContext

ACTIONS = {
    "encrypt": CryptoAction.ENCRYPT_AND_SIGN,
    "sign": CryptoAction.SIGN_ONLY,
    "none": CryptoAction.DO_NOTHING,
}


def parse_value(typed):
    """One attribute value as the client wants it: binaries as bytes, the rest as in the JSON."""
    ((kind, value),) = typed.items()
    if kind == "B":
        return {kind: base64.b64decode(value, validate=True)}
    if kind == "BS":
        return {kind: [base64.b64decode(member, validate=True) for member in value]}
    if kind == "L":
        return {kind: [parse_value(element) for element in value]}
    if kind == "M":
        return {kind: parse_item(value)}
    return {kind: value}


def parse_item(item):
    return {name: parse_value(value) for name, value in item.items()}


def format_value(typed):
    """The reverse of parse_value; the client hands back sets as sets and binaries as bytes."""
    ((kind, value),) = typed.items()
    if kind == "B":
        return {kind: encode(value)}
    if kind == "BS":
        return {kind: [encode(member) for member in value]}
    if kind in ("SS", "NS"):
        return {kind: list(value)}
    if kind == "L":
        return {kind: [format_value(element) for element in value]}
    if kind == "M":
        return {kind: format_item(value)}
    return {kind: value}


def format_item(item):
    return {name: format_value(value) for name, value in item.items()}


def encode(value):
    return base64.b64encode(bytes(value)).decode("ascii")


def load_key(provider, field, der_type):
    config = provider.get(field)
    if config is None:
        return None
    raw = config["encoding"] == "raw"
    return parse_key(
        base64.b64decode(config["base64"], validate=True),
        config["algorithm"],
        EncryptionKeyType.SYMMETRIC if raw else der_type,
        KeyEncodingType.RAW if raw else KeyEncodingType.DER,
    )


@functools.lru_cache(maxsize=64)
def parse_key(key, algorithm, key_type, encoding):
    """Parsing a private RSA key takes a hundred times as long as all else, and requests share the few there are."""
    return JceNameLocalDelegatedKey(key=key, algorithm=algorithm, key_type=key_type, key_encoding=encoding)


def description(provider):
    result = {}
    if "wrap_algorithm" in provider:
        result["amzn-ddb-wrap-alg"] = provider["wrap_algorithm"]
    result.update(provider.get("description") or {})
    return result


def materials_provider(provider, encrypting):
    """The client's provider; a wrapped one knows a single key for signing and verifying."""
    signing = load_key(provider, "signing_key", EncryptionKeyType.PRIVATE)
    verification = load_key(provider, "verification_key", EncryptionKeyType.PUBLIC) or signing
    if provider["type"] == "static":
        key = load_key(provider, "encryption_key", EncryptionKeyType.SYMMETRIC)
        if encrypting:
            return StaticCryptographicMaterialsProvider(
                encryption_materials=RawEncryptionMaterials(
                    signing_key=signing, encryption_key=key, material_description=description(provider)
                )
            )
        return StaticCryptographicMaterialsProvider(
            decryption_materials=RawDecryptionMaterials(verification_key=verification, decryption_key=key)
        )
    if provider["type"] == "wrapped":
        return WrappedCryptographicMaterialsProvider(
            signing_key=signing if encrypting else verification,
            wrapping_key=load_key(provider, "wrapping_key", EncryptionKeyType.PUBLIC),
            unwrapping_key=load_key(provider, "unwrapping_key", EncryptionKeyType.PRIVATE),
            material_description=description(provider) if encrypting else {},
        )
    raise ValueError("provider type must be static or wrapped")


def attribute_actions(request):
    """Key attributes without an action of their own are signed, unless nothing is."""
    default = request.get("default_action", "encrypt")
    actions = dict(request.get("actions") or {})
    key_action = "none" if {default, *actions.values()} == {"none"} else "sign"
    for field in ("partition_key", "sort_key"):
        if request.get(field) is not None:
            actions.setdefault(request[field], key_action)
    return AttributeActions(
        default_action=ACTIONS[default],
        attribute_actions={name: ACTIONS[action] for name, action in actions.items()},
    )


def run(request):
    if request["op"] not in ("encrypt", "decrypt"):
        raise ValueError("op must be encrypt or decrypt")
    encrypting = request["op"] == "encrypt"
    config = CryptoConfig(
        materials_provider=materials_provider(request["provider"], encrypting),
        encryption_context=EncryptionContext(
            table_name=request.get("table"),
            partition_key_name=request.get("partition_key"),
            sort_key_name=request.get("sort_key"),
        ),
        attribute_actions=attribute_actions(request),
    )
    item = parse_item(request["item"])
    call = encrypt_dynamodb_item if encrypting else decrypt_dynamodb_item
    return format_item(call(item, config))


def answer(line):
    try:
        return {"item": run(json.loads(line))}
    except Exception as error:  # the caller gets every failure as an answer
        return {"error": "{}: {}".format(type(error).__name__, error)}


def main():
    # The client logs a traceback for every failure that it also raises.
    logging.disable(logging.CRITICAL)
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(json.dumps(answer(line)).encode("ascii") + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
