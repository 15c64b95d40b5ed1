package memdb

import (
	stdcmp "cmp"
	"slices"

	"github.com/ddbcrypt/ddbcrypt/internal/expression"
)

type updateItemInput struct {
	TableName        string
	Key              item
	UpdateExpression *string
	writeOptions
}

func (db *DB) updateItem(in *updateItemInput) (*writeItemOutput, error) {
	if err := in.checkUpdate(); err != nil {
		return nil, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	t, err := db.table(in.TableName)
	if err != nil {
		return nil, err
	}
	u, c, err := in.parse(t)
	if err != nil {
		return nil, err
	}
	if err := t.checkKey(in.Key); err != nil {
		return nil, err
	}
	old := t.lookup(in.Key)
	if err := in.verify(c, old); err != nil {
		return nil, err
	}
	before := old
	if before == nil {
		before = in.Key
	}
	updated, err := u.apply(before)
	if err != nil {
		return nil, err
	}
	if err := normalizeItem(updated); err != nil {
		return nil, err
	}
	if err := t.checkItem(updated); err != nil {
		return nil, err
	}
	t.store(updated)
	out := in.output(t, old, updated)
	out.Attributes = in.returned(u, old, updated)
	return out, nil
}

func (in *updateItemInput) checkUpdate() error {
	switch in.ReturnValues {
	case "", "NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW":
		return in.check()
	}
	return validation("Return values set to invalid value")
}

func (in *updateItemInput) parse(t *table) (*update, condition, error) {
	e, err := newExpressions(in.ExpressionAttributeNames, in.ExpressionAttributeValues, t, in.UpdateExpression, in.ConditionExpression)
	if err != nil {
		return nil, nil, err
	}
	u, err := e.update(in.UpdateExpression)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range u.paths() {
		if t.primary.keys.has(p.attribute()) {
			return nil, nil, validation("One or more parameter values were invalid: Cannot update attribute %s. This attribute is part of the key", p.attribute())
		}
	}
	c, err := e.condition("ConditionExpression", in.ConditionExpression)
	if err != nil {
		return nil, nil, err
	}
	return u, c, e.checkAllUsed()
}

// returned selects what ReturnValues asks for.
func (in *updateItemInput) returned(u *update, old, updated item) item {
	switch in.ReturnValues {
	case "ALL_OLD":
		return old
	case "ALL_NEW":
		return updated
	case "UPDATED_OLD":
		return u.changed(old)
	case "UPDATED_NEW":
		return u.changed(updated)
	}
	return nil
}

// changed returns the attributes of an item that the update changes, each as a
// whole, as DynamoDB Local does; nil if there are none.
func (u *update) changed(it item) item {
	var out item
	for _, p := range u.paths() {
		if p.resolve(it) == nil {
			continue
		}
		if out == nil {
			out = item{}
		}
		out[p.attribute()] = it[p.attribute()]
	}
	return out
}

// apply returns an updated copy of an item. All values are computed from the
// item as it was.
func (u *update) apply(old item) (item, error) {
	out := cloneItem(old)
	// Elements that are set beyond the end of a list are appended in the order
	// of their indexes; elements are removed from the end, so that the indexes
	// before them keep their meaning.
	sets := slices.SortedStableFunc(slices.Values(u.sets), func(a, b assignment) int { return comparePaths(a.path, b.path) })
	for _, a := range sets {
		v, err := a.value.compute(old)
		if err != nil {
			return nil, err
		}
		if err := assign(out, a.path, v); err != nil {
			return nil, err
		}
	}
	if err := combine(out, old, u.adds, add); err != nil {
		return nil, err
	}
	if err := combine(out, old, u.deletes, subtractFromAny); err != nil {
		return nil, err
	}
	removes := slices.SortedFunc(slices.Values(u.removes), func(a, b path) int { return comparePaths(b, a) })
	for _, p := range removes {
		if err := assign(out, p, nil); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// combine assigns what with makes of old values and operands.
func combine(out, old item, actions []assignment, with func(old, operand value) (value, error)) error {
	for _, a := range actions {
		operand, err := a.value.compute(old)
		if err != nil {
			return err
		}
		v, err := with(a.path.resolve(old), operand)
		if err != nil {
			return err
		}
		if err := assign(out, a.path, v); err != nil {
			return err
		}
	}
	return nil
}

// subtractFromAny is subtract for a value that may be absent.
func subtractFromAny(old, operand value) (value, error) {
	if old == nil {
		return nil, nil
	}
	return subtract(old, operand)
}

func comparePaths(a, b path) int {
	return slices.CompareFunc(a, b, func(x, y expression.Step) int {
		return stdcmp.Or(stdcmp.Compare(x.Name, y.Name), stdcmp.Compare(x.Index, y.Index))
	})
}

// assign changes the item, whose values the caller owns: it sets the value at
// a path, or removes it if the value is nil.
func assign(it item, p path, v value) error {
	if len(p) == 1 {
		assignMember(it, p[0].Name, v)
		return nil
	}
	parent := p[:len(p)-1].resolve(it)
	last := p[len(p)-1]
	switch parent := parent.(type) {
	case *mapV:
		if last.IsName() {
			assignMember(parent.Value, last.Name, v)
			return nil
		}
	case *listV:
		if !last.IsName() {
			parent.Value = assignElement(parent.Value, last.Index, v)
			return nil
		}
	}
	return validation("The document path provided in the update expression is invalid for update")
}

func assignMember(m map[string]value, name string, v value) {
	if v == nil {
		delete(m, name)
		return
	}
	m[name] = v
}

func assignElement(list []value, index int, v value) []value {
	switch {
	case v != nil && index >= len(list):
		return append(list, v)
	case v != nil:
		list[index] = v
	case index < len(list):
		return slices.Delete(list, index, index+1)
	}
	return list
}
