// Package ddbcrypt is the overview of a module for client-side encryption of
// Amazon DynamoDB items: each item is encrypted and signed before it leaves the
// process, and verified and decrypted after it comes back. The item format is
// that of the Amazon DynamoDB Encryption Client for Java and Python.
//
// Start with one of these:
//
//   - package [github.com/ddbcrypt/ddbcrypt/mapper] saves and loads annotated
//     structs.
//   - package [github.com/ddbcrypt/ddbcrypt/client] makes the SDK's DynamoDB client
//     encrypt and decrypt, for code that uses it or a library on top of it.
//   - package [github.com/ddbcrypt/ddbcrypt/crypto] encrypts and decrypts items
//     without a mapper and without DynamoDB.
//   - package [github.com/ddbcrypt/ddbcrypt/cmp] has the cryptographic materials
//     providers, which say where keys come from.
//   - package [github.com/ddbcrypt/ddbcrypt/metastore] keeps keys in a DynamoDB
//     table, and package [github.com/ddbcrypt/ddbcrypt/keystore] reads them from
//     files.
//   - package [github.com/ddbcrypt/ddbcrypt/tags] describes the struct tags.
//   - package [github.com/ddbcrypt/ddbcrypt/mapper/mappertest] lets programs be
//     tested without Docker, Java and a network.
//   - command [github.com/ddbcrypt/ddbcrypt/cmd/ddbcrypt] works on items in
//     files, and on the keys of a MetaStore.
package ddbcrypt
