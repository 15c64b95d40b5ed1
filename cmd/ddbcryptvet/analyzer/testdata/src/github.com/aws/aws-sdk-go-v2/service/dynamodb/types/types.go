// Package types is a stub of the SDK's.
package types

type AttributeValue interface{ isAttributeValue() }

type AttributeValueMemberM struct{ Value map[string]AttributeValue }

func (*AttributeValueMemberM) isAttributeValue() {}

type AttributeValueMemberS struct{ Value string }

func (*AttributeValueMemberS) isAttributeValue() {}

type (
	Put               struct{ Item map[string]AttributeValue }
	PutRequest        struct{ Item map[string]AttributeValue }
	DeleteRequest     struct{ Key map[string]AttributeValue }
	Delete            struct{ Key map[string]AttributeValue }
	TransactWriteItem struct {
		Put    *Put
		Delete *Delete
	}
	WriteRequest struct {
		PutRequest    *PutRequest
		DeleteRequest *DeleteRequest
	}
)
