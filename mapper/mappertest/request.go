package mappertest

// Request is what a client of the environment sent.
type Request struct {
	Operation string // such as "PutItem" or "Decrypt"
	Body      []byte // JSON
}

// Requests returns a copy of all requests to both services, in the order of their
// arrival: retries of the SDK and those that [Env.Fail] made fail are among them.
func (e *Env) Requests() []Request {
	var requests []Request
	for _, r := range e.tap.Requests() {
		requests = append(requests, Request{r.Operation, r.Body})
	}
	return requests
}

// Count returns how many of [Env.Requests] are of an operation; of all operations
// for "". An operation that neither service has ends the test.
func (e *Env) Count(operation string) int {
	e.t.Helper()
	e.checkOperation(operation)
	return e.tap.Count(operation)
}
