// Package metastore keeps the keys of a [cmp.MostRecent] provider in a DynamoDB
// table, encrypted, as numbered versions of named materials: few calls to the
// service that protects them, and keys that can be rotated.
//
//	protector, err := cmp.NewKMS(kms.NewFromConfig(cfg), keyARN)
//	store, err := metastore.New(dynamodb.NewFromConfig(cfg), "keys", crypto.NewEncryptor(protector))
//	provider, err := cmp.NewMostRecent(store, "users", 5*time.Minute)
//	encryptor := crypto.NewEncryptor(provider)
//
// [CreateTable] makes the table. The first item that is encrypted makes version 0
// of its material; [Store.NewProvider] makes the next one, which every MostRecent
// provider uses once its time to live is over. Items under older versions stay
// readable: never delete one. [Store.Replicate] copies a version to the table of
// another Region, where items that were copied there need it.
//
// # What is stored
//
// Each version is an item with the material's name N, the version V, an AES
// wrapping key and an HMAC signing key. It is encrypted and signed by the encryptor
// that the store was given, under any provider: [cmp.KMS] is called once each time
// that a version is read or made, and not for each item that is encrypted under it.
// Content keys of items are still unique: a version is a [cmp.Wrapped] provider.
//
// The tables of the Java and Python clients have the same items, and items that
// those encrypt under them are read, and the other way round. Material names with
// a # are read by this package only.
//
// # Permissions
//
// Readers need dynamodb:GetItem on the table, writers also dynamodb:Query, whoever
// may make the first version or a new one dynamodb:PutItem, and all of them what the
// provider inside needs. [CreateTable] needs dynamodb:CreateTable and
// dynamodb:DescribeTable, [List] dynamodb:Scan, and [Versions] dynamodb:Query.
// [Store.Replicate] needs dynamodb:GetItem on both tables and dynamodb:PutItem on the
// target's.
//
// Source: developer guide, "Provider store" and "About the MetaStore";
// docs/wire-format.md §7.
package metastore
