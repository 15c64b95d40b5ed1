package generated

// Plain has the methods that generated code relies on other types not to have. Embedded
// beside such a type, its method is ambiguous, and does not compile, once the type has
// one of that name.
type Plain struct{}

// MarshalDynamoDBAttributeValue is that of attributevalue.Marshaler.
func (Plain) MarshalDynamoDBAttributeValue() {}

// UnmarshalDynamoDBAttributeValue is that of attributevalue.Unmarshaler.
func (Plain) UnmarshalDynamoDBAttributeValue() {}

// Float64 is that of attributevalue.Number.
func (Plain) Float64() {}

// Int64 is that of attributevalue.Number.
func (Plain) Int64() {}
