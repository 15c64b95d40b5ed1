package memdb

import "slices"

// bounds is a range of positions: from low to before high, which is no bound
// if empty.
type bounds struct{ low, high string }

func prefixBounds(prefix string) bounds { return bounds{prefix, after(prefix)} }

func (b bounds) contain(position string) bool {
	return position >= b.low && (b.high == "" || position < b.high)
}

// keyTerm is one condition on one key attribute, as the operator and its values.
type keyTerm struct {
	operator string
	values   []value
}

// keyConditionBounds turns a key condition expression into the range of
// positions that it selects in a view.
func (v *view) keyConditionBounds(c condition) (bounds, error) {
	terms := map[string]keyTerm{}
	if err := collectTerms(c, terms); err != nil {
		return bounds{}, err
	}
	return v.termBounds(terms)
}

func (v *view) termBounds(terms map[string]keyTerm) (bounds, error) {
	if err := v.checkTerms(terms); err != nil {
		return bounds{}, err
	}
	var partition []byte
	for _, a := range v.keys.hash {
		term, ok := terms[a.name]
		switch {
		case !ok && len(v.keys.hash) == 1:
			return bounds{}, validation("Query condition missed key schema element: %s", a.name)
		case !ok:
			return bounds{}, validation("HASH key attributes %s must have equality conditions specified in the query", a.name)
		case term.operator != "=":
			return bounds{}, validation("Query key condition not supported: the HASH key attribute %s needs the operator =", a.name)
		}
		partition = appendComponent(partition, sortable(term.values[0]))
	}
	return v.sortBounds(hashed(partition), terms)
}

// sortBounds narrows a partition by the conditions on the sort attributes: as
// many equalities as there are, then one of any kind.
func (v *view) sortBounds(prefix []byte, terms map[string]keyTerm) (bounds, error) {
	for i, a := range v.keys.sort {
		term, ok := terms[a.name]
		if ok && term.operator == "=" {
			prefix = appendComponent(prefix, sortable(term.values[0]))
			continue
		}
		for _, later := range v.keys.sort[i+1:] {
			if _, ok := terms[later.name]; ok {
				return bounds{}, validation("RANGE key attributes %s must have equality conditions specified in the query because a condition is present on key attribute %s", a.name, later.name)
			}
		}
		if ok {
			return term.bounds(string(prefix)), nil
		}
		break
	}
	return prefixBounds(string(prefix)), nil
}

func (term keyTerm) bounds(prefix string) bounds {
	all := prefixBounds(prefix)
	first := sortable(term.values[0])
	at := string(appendComponent([]byte(prefix), first))
	switch term.operator {
	case "<":
		return bounds{all.low, at}
	case "<=":
		return bounds{all.low, after(at)}
	case ">":
		return bounds{after(at), all.high}
	case ">=":
		return bounds{at, all.high}
	case "BETWEEN":
		last := string(appendComponent([]byte(prefix), sortable(term.values[1])))
		return bounds{at, after(last)}
	}
	return prefixBounds(prefix + escape(first)) // begins_with
}

func (v *view) checkTerms(terms map[string]keyTerm) error {
	for name, term := range terms {
		i := slices.IndexFunc(v.keys.all(), func(a keyAttribute) bool { return a.name == name })
		if i < 0 {
			return validation("Query condition missed key schema element: %s is not a key attribute of the table or index", name)
		}
		attribute := v.keys.all()[i]
		for _, value := range term.values {
			if typeName(value) != attribute.kind {
				return validation("One or more parameter values were invalid: Condition parameter type does not match schema type of %s", name)
			}
			if err := checkNotEmpty(attribute, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// collectTerms takes a key condition apart.
func collectTerms(c condition, terms map[string]keyTerm) error {
	switch c := c.(type) {
	case *andCondition:
		if err := collectTerms(c.left, terms); err != nil {
			return err
		}
		return collectTerms(c.right, terms)
	case *comparison:
		if c.operator == "<>" {
			return validation("Invalid operator used in KeyConditionExpression: <>")
		}
		if _, ok := c.left.(*valueOperand); ok {
			return addTerm(terms, mirrored[c.operator], c.right, c.left)
		}
		return addTerm(terms, c.operator, c.left, c.right)
	case *between:
		return addTerm(terms, "BETWEEN", c.operand, c.low, c.high)
	case *function:
		if c.name == "begins_with" {
			return addTerm(terms, c.name, c.operands...)
		}
		return validation("Invalid operator used in KeyConditionExpression: %s", c.name)
	case *orCondition:
		return validation("Invalid operator used in KeyConditionExpression: OR")
	case *notCondition:
		return validation("Invalid operator used in KeyConditionExpression: NOT")
	}
	return validation("Invalid operator used in KeyConditionExpression: IN")
}

var mirrored = map[string]string{"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

func addTerm(terms map[string]keyTerm, operator string, operands ...operand) error {
	key, ok := operands[0].(*pathOperand)
	if !ok || len(key.path) > 1 {
		return validation("Invalid condition in KeyConditionExpression: a key attribute must be compared with a value; KeyConditionExpressions cannot contain nested operations")
	}
	name := key.path.attribute()
	if _, ok := terms[name]; ok {
		return validation("KeyConditionExpressions must only contain one condition per key: %s", name)
	}
	term := keyTerm{operator: operator}
	for _, o := range operands[1:] {
		v, ok := o.(*valueOperand)
		if !ok {
			return validation("Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition, or a nested operation")
		}
		term.values = append(term.values, v.value)
	}
	terms[name] = term
	return nil
}
