// Package client encrypts, signs, verifies and decrypts the items of DynamoDB
// tables for code that already uses the SDK, or any library that is built on it.
//
// There are two forms of the same thing. As an option of the SDK's client:
//
//	db := dynamodb.NewFromConfig(cfg, client.WithEncryption(encryptor, client.Tables(users)))
//
// and as a wrapper with the same methods, around anything that has them (a client
// of DAX, a mock):
//
//	db := client.New(dynamodb.NewFromConfig(cfg), encryptor, client.Tables(users))
//
// The rest of the program stays as it is: paginators, waiters, the expression
// builder and libraries such as guregu/dynamo work on both.
//
// # Tables
//
// A table is protected by declaring it ([Tables]) with its keys, secondary indexes
// and attribute actions; what is left out is asked of DescribeTable. Requests about
// other tables are refused, unless [OtherTables] says otherwise. A request may name
// a table by its name or by its ARN.
//
// # Operations
//
// Whatever writes or reads items is encrypted and decrypted: in single operations,
// batches, transactions, in returned old items, and in the errors of conditions that
// failed. What cannot be done safely is refused before anything is sent and before
// any key is asked for, by a [*RefusedError] that says what to do instead: to compare
// an encrypted attribute in an expression, to update a protected attribute by itself,
// to read parts of items, legacy parameters, PartiQL, and every operation that this
// package does not know. docs/operations.md has the whole table.
//
// UpdateItem is for attributes with the action none, of items that exist: the
// condition that the item has a signature is added, so a missing item gives
// ConditionalCheckFailedException.
//
// # Errors
//
// Every failure of this package wraps one of the failure classes of package crypto;
// errors of the SDK stay what they are. What is a [*RefusedError] was not sent. An
// [*ItemError] is an item that could not be encrypted or does not verify: a read
// fails as a whole, unless [CollectBadItems] asks for the good items too. A
// [*FailureError] is an error of DynamoDB from which an item was dropped.
//
// # What is not protected
//
// Each item verifies by itself. That a Query or Scan returns the items that were
// asked for, all of them, and the newest ones, is DynamoDB's word, and so are the key
// names that DescribeTable returns. Requests hold keys, signed attributes and the
// values of expressions in the clear.
//
// Encryption is random: the same transaction sent twice is two requests. To repeat
// one under its ClientRequestToken, prepare it ([Client.PrepareTransactWriteItems]);
// retries by the SDK send the same bytes anyway.
package client
