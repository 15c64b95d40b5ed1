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
// Tables with local and global secondary indexes; PutItem, GetItem, DeleteItem,
// UpdateItem, Query, Scan, BatchGetItem and BatchWriteItem with condition, key
// condition, filter, projection and update expressions; CreateTable,
// DescribeTable, DeleteTable and ListTables. Values are checked and normalized
// as DynamoDB does it, and the limits on sizes, nesting, batches and pages hold.
// Every read is consistent and every table is active at once.
//
// # What it does not do
//
// Any other operation, and any other member of a request, is answered with a
// ValidationException that says "not supported by the embedded store". Nothing
// is ignored silently. Signatures and credentials are not checked. Throughput
// is not limited; consumed capacity is computed but never throttled.
//
// The conformance suite in the package conformance runs against this store and
// against DynamoDB Local.
package memdb
