// Package memdb is an in-process DynamoDB for tests and examples. It stands
// behind the real SDK client, through its HTTP client and without a socket:
//
//	db := memdb.New()
//	client := db.Client()
//
// What it serves is the wire protocol: [DB] is an http.Handler, an
// http.RoundTripper and the SDK's HTTPClient. Tests that tamper with stored
// data use [DB.Items] and [DB.Replace].
//
// # What it does
//
// Tables with local and global secondary indexes, whose keys may have up to four
// hash and four range attributes where they are global; PutItem, GetItem,
// DeleteItem, UpdateItem, Query, Scan, BatchGetItem, BatchWriteItem,
// TransactGetItems and TransactWriteItems with condition, key condition, filter,
// projection and update expressions, and with KeyConditions; CreateTable,
// DescribeTable, DeleteTable, ListTables, and UpdateTable to add or delete a
// global secondary index; UpdateTimeToLive and DescribeTimeToLive, though no item
// ever expires. Values are checked and normalized as DynamoDB does it, and the
// limits on sizes, nesting, batches, transactions and pages hold. Every read is
// consistent, and every table, index and time to live is active at once. A table
// may be named by its ARN everywhere; answers name it by its name.
//
// Transactions are all or nothing and say why they were cancelled. A client
// request token is remembered for ten minutes after its transaction was done:
// the same actions, written the same way, are then done no second time, and
// other ones are refused. Since requests wait for each other, there are no
// transaction conflicts and no transactions in progress.
//
// # What it does not do
//
// Any other operation, and any other member of a request, is answered with a
// ValidationException that says "not supported by the embedded store": PartiQL,
// item collection metrics, what AttributesToGet, Expected and other members did
// before there were expressions, and changes of a table's capacity. Nothing is
// ignored silently. Signatures and credentials are not checked. Throughput
// is not limited; consumed capacity is computed but never throttled.
//
// The conformance suite in the package conformance runs against this store and
// against DynamoDB Local.
package memdb
