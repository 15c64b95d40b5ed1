// Package wiretap stands between the SDK's DynamoDB client and what serves it,
// writes down every request, and makes requests and answers go wrong as a test
// wants it:
//
//	db := memdb.New()
//	tap := wiretap.New(db)
//	client := db.Client(func(o *dynamodb.Options) { o.HTTPClient = tap })
//
//	tap.Inject("PutItem", wiretap.Times(2, wiretap.Fault{Code: "ThrottlingException"}))
//	tap.Inject("BatchWriteItem", wiretap.InOrder(wiretap.Fault{Partial: true, First: 3}))
//	// … use client …
//	tap.Count("PutItem")  // attempts, not calls
//	tap.Requests()[0].Body // the JSON that was sent
//
// A [Tap] is the SDK's HTTPClient. It serves DynamoDB Local as well: put
// http.DefaultClient behind it. It serves KMS as well, but for what is about
// tables and batches. Taps can stand behind one another; the record
// of the second is what the first one let through.
//
// # What can go wrong
//
// A [Fault] tells what happens to one request; a [Script] chooses it:
// [InOrder], [Times], [Always] or a function of the test's own.
//
//   - The request never arrives: Timeout, Cut, Hang or Code.
//   - It arrives, and the answer is lost: the same with Deliver.
//   - It is slow: Latency, and Hang until the context ends.
//   - A batch is done in part: Partial and First.
//   - The answer is another one: Tables names tables in their other form,
//     Rewrite changes anything.
//   - The answer is damaged on its way: CutBody, Truncate, with KeepCRC and
//     KeepLength.
//
// Nothing depends on chance. What cannot be done, such as Partial for a
// PutItem, is an error of the request that says so.
//
// # What it does not do
//
// Requests that Partial changes keep the signature of the original, which
// neither the embedded store nor DynamoDB Local checks. Compressed answers pass
// through, but they cannot be rewritten.
package wiretap
