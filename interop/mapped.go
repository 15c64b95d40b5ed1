package interop

import "encoding/json"

// Operations of a [Request] on an object, by the DynamoDBMapper of Java with its AttributeEncryptor.
const (
	OpMapperSave = "mapper_save"
	// OpMapperLoad takes the keys from the object and returns no object if there is no item.
	OpMapperLoad = "mapper_load"
	// OpMapperQuery takes the partition key, of the table or the index, from the object.
	OpMapperQuery  = "mapper_query"
	OpMapperDelete = "mapper_delete"
)

// Mapped is an object of Java and how it is mapped to an item.
type Mapped struct {
	DynamoDB Endpoint `json:"dynamodb"`
	// Class is the name of one of the classes in java/src/main/java/ddbcrypt/interop/models.
	Class string `json:"class"`
	// Object has the properties of the class; the letter case of names does not matter.
	Object json.RawMessage `json:"object"`
	// SaveBehavior and Schema name constants of DynamoDBMapperConfig.SaveBehavior and of ConversionSchemas; empty means
	// Java's default.
	SaveBehavior string `json:"save_behavior,omitempty"`
	Schema       string `json:"schema,omitempty"`
	// Index is the index to query; empty means the table.
	Index string `json:"index,omitempty"`
}
