package memdb

import "github.com/ddbcrypt/ddbcrypt/internal/expression"

// update is an update expression: what each section does, in order.
type update struct {
	sets    []assignment
	removes []path
	adds    []assignment // the values are numbers or sets
	deletes []assignment // the values are sets
}

type assignment struct {
	path  path
	value setValue
}

// setValue is a value that an update computes from the item.
type setValue interface {
	compute(it item) (value, error)
}

type (
	setOperand  struct{ operand operand }
	ifNotExists struct {
		path     path
		fallback setValue
	}
	listAppend struct{ first, second setValue }
	sum        struct {
		minus       bool
		left, right setValue
	}
)

// update reads an update expression. An absent one changes nothing.
func (e *expressions) update(text *string) (*update, error) {
	if text == nil {
		return &update{}, nil
	}
	b := &binder{e, "UpdateExpression"}
	actions, uses, err := expression.ParseUpdate(*text, e.names)
	if err := b.note(uses, err); err != nil {
		return nil, err
	}
	return b.actions(actions)
}

func (b *binder) actions(actions *expression.Actions) (*update, error) {
	u := &update{}
	for _, set := range actions.Sets {
		v, err := b.computed(set.Value)
		if err != nil {
			return nil, err
		}
		u.sets = append(u.sets, assignment{path(set.Path), v})
	}
	for _, p := range actions.Removes {
		u.removes = append(u.removes, path(p))
	}
	var err error
	if u.adds, err = b.combinations("ADD", actions.Adds, "N", "SS", "NS", "BS"); err != nil {
		return nil, err
	}
	if u.deletes, err = b.combinations("DELETE", actions.Deletes, "SS", "NS", "BS"); err != nil {
		return nil, err
	}
	return u, nil
}

// combinations reads an ADD or DELETE section.
func (b *binder) combinations(section string, combinations []expression.Combination, allowed ...string) ([]assignment, error) {
	var out []assignment
	for _, c := range combinations {
		v, err := b.value(c.Value)
		if err != nil {
			return nil, err
		}
		if err := b.checkTypes(section, []operand{v}, allowed); err != nil {
			return nil, err
		}
		out = append(out, assignment{path(c.Path), &setOperand{v}})
	}
	return out, nil
}

func (b *binder) computed(v expression.Computed) (setValue, error) {
	switch v := v.(type) {
	case expression.Path:
		return &setOperand{&pathOperand{path(v)}}, nil
	case expression.Value:
		o, err := b.value(v)
		return &setOperand{o}, err
	case *expression.IfNotExists:
		fallback, err := b.computed(v.Fallback)
		return &ifNotExists{path(v.Path), fallback}, err
	case *expression.ListAppend:
		first, second, err := b.pair("list_append", "L", v.First, v.Second)
		return &listAppend{first, second}, err
	case *expression.Sum:
		left, right, err := b.pair("+ or -", "N", v.Left, v.Right)
		return &sum{v.Minus, left, right}, err
	}
	return nil, b.invalid("unknown value %T", v)
}

// pair reads two values, of which those of the request have this type.
func (b *binder) pair(operator, allowed string, first, second expression.Computed) (setValue, setValue, error) {
	x, err := b.computed(first)
	if err != nil {
		return nil, nil, err
	}
	y, err := b.computed(second)
	if err != nil {
		return nil, nil, err
	}
	for _, v := range []setValue{x, y} {
		if o, ok := v.(*setOperand); ok {
			if err := b.checkTypes(operator, []operand{o.operand}, []string{allowed}); err != nil {
				return nil, nil, err
			}
		}
	}
	return x, y, nil
}

// paths returns everything that the update changes.
func (u *update) paths() []path {
	var paths []path
	for _, actions := range [][]assignment{u.sets, u.adds, u.deletes} {
		for _, a := range actions {
			paths = append(paths, a.path)
		}
	}
	return append(paths, u.removes...)
}
