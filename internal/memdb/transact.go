package memdb

import (
	"errors"
	"strings"
)

const (
	maxTransactActions = 100
	maxTransactSize    = 4 << 20
)

// cancellationReason says what became of one action of a cancelled transaction.
type cancellationReason struct {
	Code    string
	Message string `json:",omitzero"`
	Item    item   `json:",omitzero"`
}

func newCancellationReason(err error) cancellationReason {
	if err == nil {
		return cancellationReason{Code: "None"}
	}
	if e, ok := errors.AsType[*apiError](err); ok && e.kind == kindConditionFailed {
		return cancellationReason{Code: "ConditionalCheckFailed", Message: e.message, Item: e.item}
	}
	return cancellationReason{Code: "ValidationError", Message: err.Error()}
}

// cancelled returns the error of a transaction with these outcomes of its
// actions; nil if all of them are nil.
func cancelled(outcomes []error) error {
	if errors.Join(outcomes...) == nil {
		return nil
	}
	e := &apiError{kind: kindCanceled}
	var codes []string
	for _, outcome := range outcomes {
		reason := newCancellationReason(outcome)
		e.reasons = append(e.reasons, reason)
		codes = append(codes, reason.Code)
	}
	e.message = "Transaction cancelled, please refer cancellation reasons for specific reasons [" + strings.Join(codes, ", ") + "]"
	return e
}

func checkTransactCount(actions int) error {
	switch {
	case actions == 0:
		return validation("Value null at 'transactItems' failed to satisfy constraint: Member must have length greater than or equal to 1")
	case actions > maxTransactActions:
		return validation("Value at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to %d", maxTransactActions)
	}
	return nil
}

// distinct notices a second action on one item.
type distinct map[tablePosition]bool

type tablePosition struct {
	table    *table
	position string
}

// add refuses a key that was added before. One that no item of the table can
// have is not its business.
func (d distinct) add(t *table, key item) error {
	position, ok := t.primary.position(key)
	if !ok {
		return nil
	}
	at := tablePosition{t, position}
	if d[at] {
		return validation("Transaction request cannot include multiple operations on one item")
	}
	d[at] = true
	return nil
}

// tally counts the capacity units of a request on several tables.
type tally struct {
	tables []*table // in the order in which the request came to them
	units  map[*table]*consumed
}

func (c *tally) of(t *table) *consumed {
	if c.units == nil {
		c.units = map[*table]*consumed{}
	}
	if c.units[t] == nil {
		c.units[t] = &consumed{}
		c.tables = append(c.tables, t)
	}
	return c.units[t]
}

func (c *tally) report(level string) []*consumedCapacity {
	var out []*consumedCapacity
	for _, t := range c.tables {
		if report := c.units[t].report(t, level); report != nil {
			out = append(out, report)
		}
	}
	return out
}

// countTransactRead adds the cost of reading an item, which may be nil, in a
// transaction: everything is done twice, to prepare and to commit.
func (c *consumed) countTransactRead(t *table, it item) {
	c.add(t.primary, 2*readUnits(itemSize(it), true))
}
