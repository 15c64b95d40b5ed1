// Package tlv is the serialization of attribute values that DBEC encrypts and
// hashes (docs/wire-format.md §3): a two-byte tag, then lengths and counts of four
// bytes, big-endian.
//
// Encoding refuses what DynamoDB does not store (empty sets, duplicate set
// members, numbers beyond 38 digits, invalid UTF-8, NULL that is false), and so
// does decoding, but for empty sets, which the published clients encrypt. Error
// texts carry no part of a value: neither strings nor map keys.
package tlv
