package expression

// Operand is a part of a condition that has a value: a [Path], a [Value] or a
// [*Size].
type Operand interface{ isOperand() }

// Predicate is a part of a condition that is true or false of an item: an
// [*Or], [*And], [*Not], [*Comparison], [*Between], [*In] or [*Function].
type Predicate interface{ isPredicate() }

// Computed is what SET assigns: a [Path], a [Value], an [*IfNotExists], a
// [*ListAppend] or a [*Sum].
type Computed interface{ isComputed() }

// Value is the placeholder of a value, with its colon.
type Value string

type (
	// Size is the function size.
	Size struct{ Of Operand }

	// Or is true if one of its parts is.
	Or struct{ Left, Right Predicate }
	// And is true if both of its parts are.
	And struct{ Left, Right Predicate }
	// Not is true if its part is not.
	Not struct{ Predicate Predicate }
	// Comparison compares with one of the operators = <> < <= > >=.
	Comparison struct {
		Operator    string
		Left, Right Operand
	}
	// Between looks for an operand between two others, which it may equal.
	Between struct{ Operand, Low, High Operand }
	// In looks for an operand among others.
	In struct {
		Operand Operand
		List    []Operand
	}
	// Function is any other function, with as many operands as it takes. The
	// operand of attribute_exists and attribute_not_exists is a Path, the
	// second one of attribute_type is a Value.
	Function struct {
		Name     string
		Operands []Operand
	}
)

type (
	// Actions is what an update does, by section, each in the order of the text.
	Actions struct {
		Sets          []Assignment
		Removes       []Path
		Adds, Deletes []Combination
	}
	// Assignment is an element of SET.
	Assignment struct {
		Path  Path
		Value Computed
	}
	// Combination is an element of ADD or DELETE.
	Combination struct {
		Path  Path
		Value Value
	}

	// IfNotExists is the value at a path or else another one.
	IfNotExists struct {
		Path     Path
		Fallback Computed
	}
	// ListAppend is the elements of two lists.
	ListAppend struct{ First, Second Computed }
	// Sum is the sum of two numbers, or their difference.
	Sum struct {
		Minus       bool
		Left, Right Computed
	}
)

func (Path) isOperand()  {}
func (Value) isOperand() {}
func (*Size) isOperand() {}

func (*Or) isPredicate()         {}
func (*And) isPredicate()        {}
func (*Not) isPredicate()        {}
func (*Comparison) isPredicate() {}
func (*Between) isPredicate()    {}
func (*In) isPredicate()         {}
func (*Function) isPredicate()   {}

func (Path) isComputed()         {}
func (Value) isComputed()        {}
func (*IfNotExists) isComputed() {}
func (*ListAppend) isComputed()  {}
func (*Sum) isComputed()         {}
