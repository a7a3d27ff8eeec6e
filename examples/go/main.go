// Asks one question, or with -follow reads a session's log for ever. What happens is told on stderr.
// The answer comes on stdout; exit code 0 only if it is whole.
package main

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"log"

	pb "example.com/ask/gen/meanwhile/v1"
)

func main() {
	log.SetFlags(0)
	server := flag.String("server", "127.0.0.1:7420", "where the server is")
	workspace := flag.String("workspace", "", "whose sessions; empty: the server's default")
	text := flag.String("text", "", "what to ask, in a new session")
	session := flag.String("follow", "", "a session whose log is read, from the cursor on")
	epoch := flag.String("epoch", "", "cursor: the epoch (what an entry is told to be in)")
	after := flag.Int64("after", 0, "cursor: the last entry that was seen")
	flag.Parse()
	given := map[string]bool{} // an empty text is one, too: the server refuses it
	flag.Visit(func(each *flag.Flag) { given[each.Name] = true })
	if given["text"] == given["follow"] {
		log.Fatal("-text says what to ask, or -follow which session to read")
	}
	connection, err := connect(*server)
	if err != nil {
		log.Fatal("failed: ", err)
	}
	defer connection.Close()
	client := pb.NewSessionServiceClient(connection)
	if given["text"] {
		err = ask(context.Background(), client, *workspace, *text)
	} else {
		err = followSession(context.Background(), client, &pb.ResponseChunksRequest{
			Workspace: *workspace, SessionId: *session, Epoch: *epoch, AfterSequence: *after})
	}
	if err != nil {
		log.Fatal("failed: ", inWords(err))
	}
}

func ask(ctx context.Context, client pb.SessionServiceClient, workspace, text string) error {
	// The same request_id in each try: however often it is sent, there is one session and one message.
	created, err := call(ctx, client.CreateSession,
		&pb.CreateSessionRequest{Workspace: workspace, RequestId: rand.Text()})
	if err != nil {
		return err
	}
	sessionID := created.Session.SessionId
	submitted, err := call(ctx, client.SubmitMessage, &pb.SubmitMessageRequest{
		Workspace: workspace, SessionId: sessionID, Text: text, RequestId: rand.Text()})
	if err != nil {
		return err
	}
	messageID := submitted.Message.MessageId
	log.Println("session", sessionID, "message", messageID)

	var got answer
	request := &pb.ResponseChunksRequest{
		Workspace: workspace, SessionId: sessionID, MessageId: messageID, Epoch: submitted.Epoch}
	for entry, err := range follow(ctx, client, request) {
		if err != nil {
			return err
		} else if entry == nil {
			log.Println("drop")
			got = answer{}
		} else {
			tellEntry(request, entry)
			got.add(entry)
		}
	}

	_, err = call(ctx, client.GetSession, &pb.GetSessionRequest{Workspace: workspace, SessionId: "nobody"})
	if err != nil {
		log.Println("an error on purpose, to show how it reads:", inWords(err))
	}
	if !got.whole() {
		read, err := call(ctx, client.GetMessage,
			&pb.GetMessageRequest{Workspace: workspace, MessageId: messageID})
		if err != nil {
			return err
		}
		return fmt.Errorf("no whole answer: %v", read.Turn.Message)
	}
	fmt.Println(got.text())
	return nil
}

func followSession(ctx context.Context, client pb.SessionServiceClient, request *pb.ResponseChunksRequest) error {
	for entry, err := range follow(ctx, client, request) {
		if err != nil {
			return err
		} else if entry == nil {
			log.Println("drop")
		} else {
			tellEntry(request, entry)
		}
	}
	return nil
}

func tellEntry(request *pb.ResponseChunksRequest, entry *pb.ResponseEntry) {
	kind := "unknown" // else its name in the contract
	message := entry.ProtoReflect()
	if set := message.WhichOneof(message.Descriptor().Oneofs().ByName("kind")); set != nil {
		kind = string(set.Name())
	}
	log.Println("entry", entry.Sequence, kind, "of", entry.MessageId, "in", request.Epoch)
}
