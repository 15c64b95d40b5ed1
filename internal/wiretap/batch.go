package wiretap

import (
	"maps"
	"net/http"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// object is a JSON object whose values stay as they were sent.
type object = map[string]jsontext.Value

// encode writes JSON that is the same every time, with strings as they were
// sent.
func encode(v any) ([]byte, error) {
	return json.Marshal(v, json.Deterministic(true), jsontext.PreserveRawStrings(true))
}

// unprocessed is the member of an answer that holds what is left of a batch.
var unprocessed = map[string]string{
	"BatchGetItem":   "UnprocessedKeys",
	"BatchWriteItem": "UnprocessedItems",
}

// tableBatch is what a batch says about one table: a list of writes, or an
// object with a list of keys and what else goes for them.
type tableBatch struct {
	members  object // nil for a list
	requests []jsontext.Value
}

func (b *tableBatch) UnmarshalJSON(data []byte) error {
	if jsontext.Value(data).Kind() == '[' {
		return json.Unmarshal(data, &b.requests)
	}
	if err := json.Unmarshal(data, &b.members); err != nil {
		return err
	}
	return json.Unmarshal(b.members["Keys"], &b.requests)
}

func (b tableBatch) MarshalJSON() ([]byte, error) {
	if b.members == nil {
		return encode(b.requests)
	}
	keys, err := encode(b.requests)
	if err != nil {
		return nil, err
	}
	members := maps.Clone(b.members)
	members["Keys"] = keys
	return encode(members)
}

// split divides a batch after its first n requests.
func split(batch map[string]tableBatch, n int) (first, rest map[string]tableBatch) {
	first, rest = map[string]tableBatch{}, map[string]tableBatch{}
	for _, name := range slices.Sorted(maps.Keys(batch)) {
		table := batch[name]
		k := min(max(n, 0), len(table.requests))
		n -= k
		if k > 0 {
			first[name] = tableBatch{table.members, table.requests[:k]}
		}
		if k < len(table.requests) {
			rest[name] = tableBatch{table.members, table.requests[k:]}
		}
	}
	return first, rest
}

// deliverPart lets the service do a part of a batch.
func (e *exchange) deliverPart() (*http.Response, error) {
	var sent object
	var batch map[string]tableBatch
	err := json.Unmarshal(e.request.Body, &sent)
	if err == nil {
		err = json.Unmarshal(sent["RequestItems"], &batch)
	}
	if err != nil {
		return nil, impossible("cannot read the batch that was sent: %w", err)
	}
	first, rest := split(batch, e.fault.First)
	if len(rest) == 0 {
		return e.send(e.request.Body)
	}
	if len(first) == 0 {
		return e.answerPart(object{}, rest)
	}
	if sent["RequestItems"], err = encode(first); err != nil {
		return nil, err
	}
	body, err := encode(sent)
	if err != nil {
		return nil, err
	}
	resp, err := e.send(body)
	if err != nil || resp.StatusCode != http.StatusOK {
		return resp, err
	}
	return e.addUnprocessed(resp, rest)
}

// addUnprocessed adds the rest of a batch to what the service left of it.
func (e *exchange) addUnprocessed(resp *http.Response, rest map[string]tableBatch) (*http.Response, error) {
	body, err := readAnswer(resp)
	if err != nil {
		return nil, err
	}
	if err := checkPlain(resp.Header); err != nil {
		return nil, err
	}
	var got object
	member := unprocessed[e.request.Operation]
	var left map[string]tableBatch
	if err = json.Unmarshal(body, &got); err == nil && got[member] != nil {
		err = json.Unmarshal(got[member], &left)
	}
	if err != nil {
		return nil, impossible("cannot read the answer to a batch: %w", err)
	}
	for name, table := range left {
		table.requests = slices.Concat(table.requests, rest[name].requests)
		rest[name] = table
	}
	return e.answerPart(got, rest)
}

// answerPart answers with what the service did and what is left.
func (e *exchange) answerPart(got object, left map[string]tableBatch) (*http.Response, error) {
	value, err := encode(left)
	if err != nil {
		return nil, err
	}
	got[unprocessed[e.request.Operation]] = value
	if e.request.Operation == "BatchGetItem" && got["Responses"] == nil {
		got["Responses"] = jsontext.Value("{}")
	}
	body, err := encode(got)
	if err != nil {
		return nil, err
	}
	return answer(e.req, http.StatusOK, body), nil
}
