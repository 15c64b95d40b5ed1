package memdb

import (
	"iter"
	"slices"
)

// readOptions are the members that Query and Scan share.
type readOptions struct {
	TableName                 string
	IndexName                 *string
	ConsistentRead            bool
	ExclusiveStartKey         item
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues item
	FilterExpression          *string
	Limit                     *int
	ProjectionExpression      *string
	ReturnConsumedCapacity    string
	Select                    string
}

type pageOutput struct {
	Items            []item `json:",omitzero"`
	Count            int
	ScannedCount     int
	LastEvaluatedKey item              `json:",omitzero"`
	ConsumedCapacity *consumedCapacity `json:",omitzero"`
}

// reading is a checked Query or Scan.
type reading struct {
	*readOptions
	table   *table
	view    *view
	bounds  bounds
	filter  condition
	filters []path // what the filter uses
	project func(item) item
	full    bool // read whole items of the table through a local index
}

func (o *readOptions) check(v *view) error {
	if o.Limit != nil && *o.Limit < 1 {
		return validation("Limit must be greater than or equal to 1")
	}
	if o.ConsistentRead && v.name != "" && !v.local {
		return validation("Consistent reads are not supported on global secondary indexes")
	}
	if err := o.checkSelect(v); err != nil {
		return err
	}
	return checkCapacityLevel(o.ReturnConsumedCapacity)
}

func (o *readOptions) checkSelect(v *view) error {
	projection := o.ProjectionExpression != nil
	switch o.Select {
	case "":
		return nil
	case "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES":
		if projection {
			return validation("Cannot specify the ProjectionExpression when choosing to get %s", o.Select)
		}
	case "SPECIFIC_ATTRIBUTES":
		if !projection {
			return validation("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES")
		}
	default:
		return validation("Select must be ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES, COUNT, or SPECIFIC_ATTRIBUTES")
	}
	if o.Select == "ALL_PROJECTED_ATTRIBUTES" && v.name == "" {
		return validation("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")
	}
	if o.Select == "ALL_ATTRIBUTES" && v.projected != nil && !v.local {
		return validation("One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index %s because its projection type is not ALL", v.name)
	}
	return nil
}

// newReading parses what Query and Scan share. The caller holds the lock.
func newReading(o *readOptions, t *table, e *expressions) (*reading, error) {
	v, err := t.view(o.IndexName)
	if err != nil {
		return nil, err
	}
	if err := o.check(v); err != nil {
		return nil, err
	}
	r := &reading{readOptions: o, table: t, view: v}
	if r.filter, r.filters, err = e.conditionAndPaths("FilterExpression", o.FilterExpression); err != nil {
		return nil, err
	}
	paths, project, err := e.projection(o.ProjectionExpression)
	if err != nil {
		return nil, err
	}
	r.project = project
	r.full = o.Select == "ALL_ATTRIBUTES"
	for _, p := range paths {
		if v.projected == nil || v.projected[p.attribute()] {
			continue
		}
		if !v.local {
			return nil, validation("One or more parameter values were invalid: Global secondary index %s does not project [%s]", v.name, p.attribute())
		}
		r.full = true
	}
	return r, nil
}

// page reads until the limit, the size of a page or the end.
func (r *reading) page(descending bool) (*pageOutput, error) {
	if err := r.startAfterKey(descending); err != nil {
		return nil, err
	}
	out := &pageOutput{Items: []item{}}
	size := 0
	for row, last := range r.rows(descending) {
		out.ScannedCount++
		size += row.size
		shown := row.item
		if !r.full {
			shown = r.view.visible(shown)
		}
		if r.filter == nil || r.filter.holds(shown) {
			out.Count++
			out.Items = append(out.Items, r.project(shown))
		}
		if r.Limit != nil && out.ScannedCount == *r.Limit || size >= maxPageSize && !last {
			out.LastEvaluatedKey = r.view.keyOf(row.item)
			break
		}
	}
	if r.Select == "COUNT" {
		out.Items = nil
	}
	var units consumed
	units.add(r.view, readUnits(size, r.ConsistentRead))
	out.ConsumedCapacity = units.report(r.table, r.ReturnConsumedCapacity)
	return out, nil
}

// rows yields the rows in the bounds and whether each is the last one.
func (r *reading) rows(descending bool) iter.Seq2[*row, bool] {
	in := r.view.rows.ascend
	if descending {
		in = r.view.rows.descend
	}
	return func(yield func(*row, bool) bool) {
		var previous *row
		for next := range in(r.bounds.low, r.bounds.high) {
			if previous != nil && !yield(previous, false) {
				return
			}
			previous = next
		}
		if previous != nil {
			yield(previous, true)
		}
	}
}

// startAfterKey narrows the bounds to what follows the exclusive start key.
func (r *reading) startAfterKey(descending bool) error {
	key := r.ExclusiveStartKey
	if key == nil {
		return nil
	}
	if err := normalizeItem(key); err != nil {
		return err
	}
	attributes := r.view.keyAttributes()
	invalid := len(key) != len(attributes) || slices.ContainsFunc(attributes, func(a keyAttribute) bool {
		return key[a.name] == nil || typeName(key[a.name]) != a.kind
	})
	if invalid {
		return validation("The provided starting key is invalid: it must have the key attributes of the table and of the index, and no others")
	}
	position, _ := r.view.position(key)
	if !r.bounds.contain(position) {
		return validation("The provided starting key is outside query boundaries based on provided conditions: it does not match the key condition or lie within the segment")
	}
	if descending {
		r.bounds.high = position
	} else {
		r.bounds.low = position + "\x00"
	}
	return nil
}

// keyOf returns the attributes of an item that say where it stands.
func (v *view) keyOf(it item) item {
	key := item{}
	for _, a := range v.keyAttributes() {
		key[a.name] = it[a.name]
	}
	return key
}
