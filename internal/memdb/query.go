package memdb

import (
	"encoding/binary"
	"math/bits"
)

type queryInput struct {
	readOptions
	KeyConditionExpression *string
	KeyConditions          map[string]keyConditionInput
	ScanIndexForward       *bool
}

func (db *DB) query(in *queryInput) (*pageOutput, error) {
	db.mu.RLock()
	defer db.mu.RUnlock()
	t, err := db.table(in.TableName)
	if err != nil {
		return nil, err
	}
	switch {
	case in.KeyConditionExpression != nil && in.KeyConditions != nil:
		return nil, validation("Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {KeyConditions} Expression parameters: {KeyConditionExpression}")
	case in.KeyConditionExpression == nil && in.KeyConditions == nil:
		return nil, validation("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
	}
	e, err := newExpressions(in.ExpressionAttributeNames, in.ExpressionAttributeValues, t, in.KeyConditionExpression, in.FilterExpression, in.ProjectionExpression)
	if err != nil {
		return nil, err
	}
	r, err := newReading(&in.readOptions, t, e)
	if err != nil {
		return nil, err
	}
	if r.bounds, err = in.keyBounds(e, r.view); err != nil {
		return nil, err
	}
	if err := r.view.checkQueryFilter(r.filters); err != nil {
		return nil, err
	}
	if err := e.checkAllUsed(); err != nil {
		return nil, err
	}
	return r.page(in.ScanIndexForward != nil && !*in.ScanIndexForward)
}

// keyBounds returns the range of positions that the key condition selects.
func (in *queryInput) keyBounds(e *expressions, v *view) (bounds, error) {
	if in.KeyConditions != nil {
		terms, err := keyTerms(in.KeyConditions)
		if err != nil {
			return bounds{}, err
		}
		return v.termBounds(terms)
	}
	keyCondition, err := e.condition("KeyConditionExpression", in.KeyConditionExpression)
	if err != nil {
		return bounds{}, err
	}
	return v.keyConditionBounds(keyCondition)
}

// checkQueryFilter refuses a filter on key attributes, which belong in the key
// condition, and on attributes that the index does not hold.
func (v *view) checkQueryFilter(filters []path) error {
	for _, p := range filters {
		if v.keys.has(p.attribute()) {
			return validation("Filter Expression can only contain non-primary key attributes: Primary key attribute: %s", p.attribute())
		}
		if v.projected != nil && !v.projected[p.attribute()] {
			return validation("One or more parameter values were invalid: Secondary index %s does not project one or more filter attributes: [%s]", v.name, p.attribute())
		}
	}
	return nil
}

type scanInput struct {
	readOptions
	Segment       *int
	TotalSegments *int
}

const maxSegments = 1000000

func (db *DB) scan(in *scanInput) (*pageOutput, error) {
	db.mu.RLock()
	defer db.mu.RUnlock()
	t, err := db.table(in.TableName)
	if err != nil {
		return nil, err
	}
	e, err := newExpressions(in.ExpressionAttributeNames, in.ExpressionAttributeValues, t, in.FilterExpression, in.ProjectionExpression)
	if err != nil {
		return nil, err
	}
	r, err := newReading(&in.readOptions, t, e)
	if err != nil {
		return nil, err
	}
	if err := e.checkAllUsed(); err != nil {
		return nil, err
	}
	if r.bounds, err = in.segment(); err != nil {
		return nil, err
	}
	return r.page(false)
}

// segment returns the range of hashes that a parallel scan reads.
func (in *scanInput) segment() (bounds, error) {
	switch {
	case in.Segment == nil && in.TotalSegments == nil:
		return bounds{}, nil
	case in.TotalSegments == nil:
		return bounds{}, validation("The TotalSegments parameter is required but was not present in the request when Segment parameter is present")
	case in.Segment == nil:
		return bounds{}, validation("The Segment parameter is required but was not present in the request when parameter TotalSegments is present")
	case *in.TotalSegments < 1 || *in.TotalSegments > maxSegments:
		return bounds{}, validation("Value '%d' at 'totalSegments' failed to satisfy constraint: Member must have value between 1 and %d", *in.TotalSegments, maxSegments)
	case *in.Segment < 0 || *in.Segment >= *in.TotalSegments:
		return bounds{}, validation("The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: %d is not less than TotalSegments: %d", *in.Segment, *in.TotalSegments)
	}
	b := bounds{low: segmentStart(*in.Segment, *in.TotalSegments)}
	if *in.Segment+1 < *in.TotalSegments {
		b.high = segmentStart(*in.Segment+1, *in.TotalSegments)
	}
	return b, nil
}

// segmentStart returns the first hash of a segment.
func segmentStart(segment, total int) string {
	start, _ := bits.Div64(uint64(segment), 0, uint64(total))
	return string(binary.BigEndian.AppendUint64(nil, start))
}
