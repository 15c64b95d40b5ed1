package generated

// WithoutMethods has the methods that generated code relies on other types not to have. Embedded
// beside such a type, its method is ambiguous, and does not compile, once the type has
// one of that name.
type WithoutMethods struct{}

// MarshalDynamoDBAttributeValue is that of attributevalue.Marshaler.
func (WithoutMethods) MarshalDynamoDBAttributeValue() {}

// UnmarshalDynamoDBAttributeValue is that of attributevalue.Unmarshaler.
func (WithoutMethods) UnmarshalDynamoDBAttributeValue() {}

// Float64 is that of attributevalue.Number.
func (WithoutMethods) Float64() {}

// Int64 is that of attributevalue.Number.
func (WithoutMethods) Int64() {}
