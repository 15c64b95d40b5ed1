"""Answers one JSON request per line of standard input with one JSON line on standard output."""

import base64
import functools
import json
import logging
import sys

import boto3
import botocore.session
from boto3.dynamodb.types import Binary, TypeDeserializer, TypeSerializer
from botocore.config import Config
from botocore.exceptions import ClientError
from dynamodb_encryption_sdk.delegated_keys.jce import JceNameLocalDelegatedKey
from dynamodb_encryption_sdk.encrypted import CryptoConfig
from dynamodb_encryption_sdk.encrypted.client import EncryptedClient
from dynamodb_encryption_sdk.encrypted.item import (
    decrypt_dynamodb_item,
    encrypt_dynamodb_item,
)
from dynamodb_encryption_sdk.encrypted.table import EncryptedTable
from dynamodb_encryption_sdk.exceptions import NoKnownVersionError
from dynamodb_encryption_sdk.identifiers import (
    CryptoAction,
    EncryptionKeyType,
    KeyEncodingType,
)
from dynamodb_encryption_sdk.material_providers.aws_kms import (
    AwsKmsCryptographicMaterialsProvider,
)
from dynamodb_encryption_sdk.material_providers.most_recent import (
    CachingMostRecentProvider,
)
from dynamodb_encryption_sdk.material_providers.static import (
    StaticCryptographicMaterialsProvider,
)
from dynamodb_encryption_sdk.material_providers.store.meta import MetaStore
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

# Servers for tests are on loopback, whatever proxy the environment names.
DIRECT = Config(proxies={})


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
    """The client's provider for one request."""
    if provider["type"] == "static":
        return static_provider(provider, seals=encrypting, opens=not encrypting)
    if provider["type"] == "wrapped":
        return wrapped_provider(provider, encrypting)
    if provider["type"] in ("kms", "most_recent"):
        return service_provider(canonical(provider))
    raise ValueError("unknown provider type")


def static_provider(provider, seals, opens):
    signing = load_key(provider, "signing_key", EncryptionKeyType.PRIVATE)
    verification = load_key(provider, "verification_key", EncryptionKeyType.PUBLIC) or signing
    key = load_key(provider, "encryption_key", EncryptionKeyType.SYMMETRIC)
    materials = {}
    if seals:
        materials["encryption_materials"] = RawEncryptionMaterials(
            signing_key=signing, encryption_key=key, material_description=description(provider)
        )
    if opens:
        materials["decryption_materials"] = RawDecryptionMaterials(verification_key=verification, decryption_key=key)
    return StaticCryptographicMaterialsProvider(**materials)


def wrapped_provider(provider, encrypting):
    """A wrapped provider knows a single key for signing and verifying."""
    signing = load_key(provider, "signing_key", EncryptionKeyType.PRIVATE)
    verification = load_key(provider, "verification_key", EncryptionKeyType.PUBLIC) or signing
    return WrappedCryptographicMaterialsProvider(
        signing_key=signing if encrypting else verification,
        wrapping_key=load_key(provider, "wrapping_key", EncryptionKeyType.PUBLIC),
        unwrapping_key=load_key(provider, "unwrapping_key", EncryptionKeyType.PRIVATE),
        material_description=description(provider) if encrypting else {},
    )


def canonical(config):
    """A configuration as a text, to cache by: clients are slow to make, and caching providers are to be kept."""
    return json.dumps(config, sort_keys=True)


@functools.lru_cache(maxsize=256)
def service_provider(config):
    """A provider that asks a service; it seals and opens."""
    provider = json.loads(config)
    if provider["type"] == "kms":
        return kms_provider(provider)
    return CachingMostRecentProvider(
        provider_store=store(canonical(provider["store"])),
        material_name=provider["material_name"],
        version_ttl=provider["ttl_ms"] / 1000,
    )


def kms_provider(provider):
    """The client asks the Region of the key's ARN, or else the one of its session, if it is given no client for that."""
    client = functools.partial(kms_client, provider["kms"]["url"], provider["kms"]["access_key"])
    regions = {provider["kms"]["region"]}
    if provider["key_id"].startswith("arn:"):
        regions.add(provider["key_id"].split(":")[3])
    session = botocore_session(provider["kms"]["region"])
    return AwsKmsCryptographicMaterialsProvider(
        key_id=provider["key_id"],
        botocore_session=session,
        grant_tokens=tuple(provider.get("grant_tokens") or ()),
        material_description=provider.get("description") or {},
        regional_clients={region: client(region) for region in regions},
    )


def botocore_session(region):
    session = botocore.session.Session()
    session.set_config_variable("region", region)
    return session


@functools.lru_cache(maxsize=64)
def kms_client(url, access_key, region):
    return aws_session(access_key, region).client("kms", endpoint_url=url, config=DIRECT)


@functools.lru_cache(maxsize=64)
def dynamodb(url, access_key, region):
    return aws_session(access_key, region).resource("dynamodb", endpoint_url=url, config=DIRECT)


def aws_session(access_key, region):
    """Servers for tests look at the access key at most."""
    return boto3.session.Session(
        aws_access_key_id=access_key, aws_secret_access_key="secret", region_name=region
    )


def dynamodb_of(store_config):
    endpoint = store_config["dynamodb"]
    return dynamodb(endpoint["url"], endpoint["access_key"], endpoint["region"])


@functools.lru_cache(maxsize=64)
def store(config):
    """A MetaStore. The provider inside both reads and writes."""
    config = json.loads(config)
    return MetaStore(
        table=dynamodb_of(config).Table(config["table"]), materials_provider=provider_both_ways(config["provider"])
    )


def provider_both_ways(provider):
    """The client's provider for those that seal and open."""
    if provider["type"] == "static":
        return static_provider(provider, seals=True, opens=True)
    return materials_provider(provider, encrypting=True)


def store_of(request):
    return store(canonical(request["provider"]["store"]))


def create_table(request):
    config = request["provider"]["store"]
    client = dynamodb_of(config).meta.client
    MetaStore.create_table(client, config["table"], 1, 1)
    client.get_waiter("table_exists").wait(
        TableName=config["table"], WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
    return {}


def rotate(request):
    store_of(request).new_provider(request["provider"]["material_name"])
    return max_version(request)


def max_version(request):
    """The newest version of the material; -1 for none."""
    try:
        return {"version": store_of(request).max_version(request["provider"]["material_name"])}
    except NoKnownVersionError:
        return {"version": -1}


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


def run(request, encrypting):
    item = parse_item(request["item"])
    config = CryptoConfig(
        materials_provider=materials_provider(request["provider"], encrypting),
        encryption_context=EncryptionContext(
            table_name=request.get("table"),
            partition_key_name=request.get("partition_key"),
            sort_key_name=request.get("sort_key"),
        ),
        attribute_actions=attribute_actions(request),
        # The calls for single items leave it to their caller to put the key's values into the context.
    ).with_item(item)
    call = encrypt_dynamodb_item if encrypting else decrypt_dynamodb_item
    return {"item": format_item(call(item, config))}


def call(request):
    """Calls an encrypting client. An error of DynamoDB is a result: items may come with it."""
    config = request["call"]
    parameters = from_wire(config["parameters"])
    try:
        output = CALLS[config["through"]](request, config["method"], parameters)
    except ClientError as error:
        output = error.response
    return {"output": to_wire(output), "parameters": to_wire(parameters)}


def call_client(request, method, parameters):
    return getattr(client_of(request), method)(**parameters)


def call_paginator(request, method, parameters):
    return list(client_of(request).get_paginator(method).paginate(**parameters))


def call_table(request, method, parameters):
    table = EncryptedTable(
        table=dynamodb_of(request["call"]).Table(parameters["TableName"]),
        materials_provider=provider_both_ways(request["provider"]),
        attribute_actions=attribute_actions(request),
    )
    if method == "batch_writer":
        with table.batch_writer() as writer:
            for item in parameters["Items"]:
                writer.put_item(Item=python_item(item))
        return {}
    members = {name: python_item(parameters[name]) for name in ("Item", "Key") if name in parameters}
    output = getattr(table, method)(**members)
    if "Item" in output:
        output["Item"] = {name: TypeSerializer().serialize(value) for name, value in output["Item"].items()}
    return output


def python_item(item):
    return {name: TypeDeserializer().deserialize(value) for name, value in item.items()}


def client_of(request):
    settings = {name: request.get(name) for name in ("provider", "default_action", "actions")}
    return encrypted_client(canonical(settings), canonical(request["call"]["dynamodb"]))


@functools.lru_cache(maxsize=64)
def encrypted_client(settings, endpoint):
    settings = json.loads(settings)
    endpoint = json.loads(endpoint)
    client = aws_session(endpoint["access_key"], endpoint["region"]).client(
        "dynamodb", endpoint_url=endpoint["url"], config=DIRECT
    )
    return EncryptedClient(
        client=client,
        materials_provider=provider_both_ways(settings["provider"]),
        attribute_actions=attribute_actions(settings),
    )


def from_wire(tree):
    """Parameters as boto3 wants them: binaries as bytes."""
    if isinstance(tree, list):
        return [from_wire(element) for element in tree]
    if not isinstance(tree, dict):
        return tree
    if set(tree) == {"B"} and isinstance(tree["B"], str) or set(tree) == {"BS"} and isinstance(tree["BS"], list):
        return parse_value(tree)
    return {name: from_wire(member) for name, member in tree.items()}


def to_wire(tree):
    """The reverse of from_wire, of what boto3 and the client return."""
    if isinstance(tree, (bytes, Binary)):
        return encode(tree)
    if isinstance(tree, (list, set, frozenset)):
        return [to_wire(element) for element in tree]
    if isinstance(tree, dict):
        return {name: to_wire(member) for name, member in tree.items() if name != "ResponseMetadata"}
    return tree


CALLS = {"client": call_client, "paginator": call_paginator, "table": call_table}

OPERATIONS = {
    "call": call,
    "encrypt": functools.partial(run, encrypting=True),
    "decrypt": functools.partial(run, encrypting=False),
    "metastore_create": create_table,
    "metastore_rotate": rotate,
    "metastore_max_version": max_version,
}


def answer(line):
    try:
        request = json.loads(line)
        return OPERATIONS[request["op"]](request)
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
