package wiretap

import "time"

// Fault is what happens to one request. The zero Fault is none.
//
// Latency comes first. Hang, Timeout, Cut and Code end the request without the
// answer of the service; of those, the first that is set happens. All others
// change the answer and go together, in the order in which they stand here;
// those from Tables to Rewrite leave error answers of the service alone.
type Fault struct {
	// Latency is waited for before anything else, or until the context of the
	// request ends.
	Latency time.Duration

	// Deliver lets the request reach the service before Hang, Timeout, Cut or
	// Code, so that only its answer is lost.
	Deliver bool
	// Hang waits until the context of the request ends.
	Hang bool
	// Timeout is the error of a network that took too long.
	Timeout bool
	// Cut is the error of a connection that was reset.
	Cut bool
	// Code answers with a service error, such as "ThrottlingException". A
	// namespace may stand before it, with a #.
	Code string
	// Status goes with Code. The default is the one that DynamoDB or KMS sends: 500
	// for InternalServerError, KMSInternalException and KeyUnavailableException, 503
	// for ServiceUnavailable and DependencyTimeoutException, else 400.
	Status int
	// Message goes with Code; there is a default.
	Message string
	// Reasons goes with Code: the CancellationReasons of a
	// TransactionCanceledException as a JSON array.
	Reasons string
	// Item goes with Code: the item of a ConditionalCheckFailedException as
	// DynamoDB JSON.
	Item string

	// Partial lets only the First requests of a BatchWriteItem or BatchGetItem
	// reach the service, and returns the rest as it was sent in UnprocessedItems
	// or UnprocessedKeys. Tables are taken in the order of their names, requests
	// of a table in their own. With First 0, nothing is delivered.
	Partial bool
	First   int
	// Tables changes the names of tables under which a batch operation answers:
	// in Responses, UnprocessedItems, UnprocessedKeys and ItemCollectionMetrics.
	// See [OtherName].
	Tables func(name string) string
	// Rewrite returns the answer that takes the place of a successful one.
	Rewrite func(operation string, body []byte) []byte

	// Truncate removes so many bytes from the end of the answer, at most all.
	Truncate int
	// KeepCRC leaves X-Amz-Crc32 as the service sent it. Else it fits the
	// changed answer.
	KeepCRC bool
	// KeepLength leaves Content-Length as the service sent it: reading an answer
	// that is shorter ends with io.ErrUnexpectedEOF, and a longer one is cut off.
	// Else it fits the changed answer.
	KeepLength bool
	// CutBody resets the connection after half of the answer.
	CutBody bool
}

// ends reports whether the request ends without the answer of the service.
func (f Fault) ends() bool { return f.Hang || f.Timeout || f.Cut || f.Code != "" }

// edits reports whether the answer of the service is another one in the end.
func (f Fault) edits() bool {
	return f.Partial || f.Tables != nil || f.Rewrite != nil || f.Truncate > 0 || f.CutBody
}
