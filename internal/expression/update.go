package expression

import "slices"

// update reads an update expression into actions.
func (p *parser) update(actions *Actions) error {
	seen := map[string]bool{}
	for p.peek().kind != tokenEnd {
		section, read := p.section(actions)
		if section == "" {
			return p.unexpected()
		}
		if seen[section] {
			return refuse("The %q section can only be used once in an update expression;", section)
		}
		seen[section] = true
		if err := p.elements(read); err != nil {
			return err
		}
	}
	return checkDisjoint(actions.Paths())
}

// Paths returns everything that an update changes.
func (a *Actions) Paths() []Path {
	var paths []Path
	for _, set := range a.Sets {
		paths = append(paths, set.Path)
	}
	for _, combinations := range [][]Combination{a.Adds, a.Deletes} {
		for _, c := range combinations {
			paths = append(paths, c.Path)
		}
	}
	return append(paths, a.Removes...)
}

// section takes the keyword of a section and returns it with what reads its
// elements.
func (p *parser) section(actions *Actions) (string, func() error) {
	switch {
	case p.acceptKeyword("SET"):
		return "SET", func() error { return p.assignment(actions) }
	case p.acceptKeyword("REMOVE"):
		return "REMOVE", func() error {
			path, err := p.target("REMOVE")
			actions.Removes = append(actions.Removes, path)
			return err
		}
	case p.acceptKeyword("ADD"):
		return "ADD", func() error { return p.combination("ADD", &actions.Adds) }
	case p.acceptKeyword("DELETE"):
		return "DELETE", func() error { return p.combination("DELETE", &actions.Deletes) }
	}
	return "", nil
}

// elements reads the elements of a section.
func (p *parser) elements(read func() error) error {
	for {
		if err := read(); err != nil {
			return err
		}
		if !p.accept(",") {
			return nil
		}
	}
}

// target reads the path that an element of a section changes.
func (p *parser) target(section string) (Path, error) {
	since := p.used()
	path, err := p.path()
	p.mark(since, Written, section)
	return path, err
}

// assignment reads an element of SET.
func (p *parser) assignment(actions *Actions) error {
	path, err := p.target("SET")
	if err != nil {
		return err
	}
	if err := p.expect("="); err != nil {
		return err
	}
	since := p.used()
	value, err := p.sum()
	p.mark(since, Read, "SET")
	actions.Sets = append(actions.Sets, Assignment{path, value})
	return err
}

// combination reads an element of ADD or DELETE.
func (p *parser) combination(section string, to *[]Combination) error {
	path, err := p.target(section)
	if err != nil {
		return err
	}
	if p.peek().kind != tokenValue {
		return p.unexpected()
	}
	*to = append(*to, Combination{path, p.value()})
	return nil
}

// sum reads a value or the sum or difference of two.
func (p *parser) sum() (Computed, error) {
	since := p.used()
	left, err := p.computed()
	if err != nil {
		return nil, err
	}
	operator := p.peek()
	if !operator.is("+") && !operator.is("-") {
		return left, nil
	}
	if err := p.checkPart(left); err != nil {
		return nil, err
	}
	p.take()
	right, err := p.part()
	if err != nil {
		return nil, err
	}
	if err := p.countOperator(); err != nil {
		return nil, err
	}
	p.mark(since, Read, operator.text)
	return &Sum{operator.is("-"), left, right}, nil
}

// part reads a value that is an operand of something else.
func (p *parser) part() (Computed, error) {
	v, err := p.computed()
	if err != nil {
		return nil, err
	}
	return v, p.checkPart(v)
}

// checkPart refuses what stands for all that an assignment computes.
func (p *parser) checkPart(v Computed) error {
	switch v.(type) {
	case *Sum:
		return p.unexpected()
	case *ListAppend:
		return refuse("The function is not allowed to be used this way in an expression; function: list_append")
	}
	return nil
}

func (p *parser) computed() (Computed, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	t := p.peek()
	switch {
	case t.is("("):
		open := p.next
		p.take()
		v, err := p.sum()
		if err != nil {
			return nil, err
		}
		return v, p.closeParentheses(open)
	case t.kind == tokenWord && p.tokens[p.next+1].is("("):
		return p.setFunction()
	case t.kind == tokenValue:
		return p.value(), nil
	}
	return p.path()
}

// setFunction reads a function, whose name and parenthesis come next.
func (p *parser) setFunction() (Computed, error) {
	since := p.used()
	name := p.take().text
	if name != "if_not_exists" && name != "list_append" {
		return nil, refuse("Invalid function name, or the function is not allowed in an update expression; function: %s", name)
	}
	if err := p.countOperator(); err != nil {
		return nil, err
	}
	p.take()
	first, second, err := p.parts()
	if err != nil {
		return nil, err
	}
	p.mark(since, Read, name)
	if name == "list_append" {
		return &ListAppend{first, second}, nil
	}
	path, ok := first.(Path)
	if !ok {
		return nil, refuse("Operator or function requires a document path; operator or function: if_not_exists")
	}
	if same, ok := second.(Path); ok && slices.Equal(path, same) {
		return nil, notDistinct(name, path)
	}
	return &IfNotExists{path, second}, nil
}

// parts reads the two operands of a function and the closing parenthesis.
func (p *parser) parts() (first, second Computed, err error) {
	if first, err = p.part(); err != nil {
		return nil, nil, err
	}
	if err := p.expect(","); err != nil {
		return nil, nil, err
	}
	if second, err = p.part(); err != nil {
		return nil, nil, err
	}
	return first, second, p.expect(")")
}
